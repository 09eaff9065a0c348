#include "gateway/routing/key_denials.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tollgate {
namespace {

constexpr std::int64_t kPicoPerUsdPerMillion = 1'000'000;
constexpr NanoUsd kOneUsd{kNanoPerUsd};

class KeyDenials : public testing::Test {
  protected:
    KeyDenials() {
        model_.id = "maker/chat";
        provider_.name = "first";
        endpoint_.prices = {.prompt = kPicoPerUsdPerMillion, .completion = 2 * kPicoPerUsdPerMillion};
    }
    std::string denied(const KeyRules& rules) {
        const auto rule = denied_by(rules, places_[0]);
        return rule ? std::string(to_string(*rule)) : "";
    }

    Model model_;
    Provider provider_;
    Endpoint endpoint_;
    std::array<CatalogueEndpoint, 1> places_{CatalogueEndpoint{&model_, &endpoint_, &provider_, 1}};
};

TEST_F(KeyDenials, ModelsAndProvidersByName) {
    EXPECT_EQ(denied({}), "");
    EXPECT_EQ(denied({.allow_models = {"maker/chat"}}), "");
    EXPECT_EQ(denied({.allow_models = {"maker/other"}}), "allow_models");
    EXPECT_EQ(denied({.deny_models = {"maker/chat"}}), "deny_models");
    EXPECT_EQ(denied({.allow_providers = {"first"}}), "");
    EXPECT_EQ(denied({.allow_providers = {"second"}}), "allow_providers");
    EXPECT_EQ(denied({.deny_providers = {"first", "second"}}), "deny_providers");
    EXPECT_EQ(denied({.allow_models = {"maker/chat"}, .deny_models = {"maker/chat"}}), "deny_models");
}

TEST_F(KeyDenials, APriceMayBeAsHighAsTheMostAndNoHigher) {
    EXPECT_EQ(denied({.most_prompt = kOneUsd, .most_completion = kOneUsd + kOneUsd}), "");
    EXPECT_EQ(denied({.most_prompt = NanoUsd{kNanoPerUsd - 1000}}), "max_price");
    EXPECT_EQ(denied({.most_completion = kOneUsd}), "max_price");
}

TEST_F(KeyDenials, TheDearestTierDecides) {
    endpoint_.tiers = {{.above_prompt_tokens = 200'000, .prices = {.prompt = 2 * kPicoPerUsdPerMillion}}};
    EXPECT_EQ(denied({.most_prompt = kOneUsd}), "max_price");
}

TEST_F(KeyDenials, AnErrorNamesTheRulesThatLeaveOutAll) {
    EXPECT_FALSE(denied_error({.deny_models = {"other"}}, places_));
    const Error error = denied_error({.deny_providers = {"first"}}, places_);
    EXPECT_EQ(error.kind(), ErrorKind::key_rule_denied);
    EXPECT_EQ(error.detail().extra, R"("rules":["deny_providers"])");
    EXPECT_NE(error.detail().message.find("maker/chat"), std::string::npos);
}

}  // namespace
}  // namespace tollgate
