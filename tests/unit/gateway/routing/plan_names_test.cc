// What the names of models in a request do to its plan, where they meet each other and the rules of others.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "gateway/routing/plan.h"

namespace tollgate {
namespace {

// Cheap ones stand behind dear ones, so that a sort by price shows.
constexpr std::string_view kPrices = R"(
version: "1"
models:
  - id: s/t
    endpoints:
      - {provider: p1, model: t1, prices: {prompt: "9", completion: "9"}}
      - {provider: p2, model: t2, prices: {prompt: "1", completion: "1"}}
  - id: s/u
    endpoints:
      - {provider: p1, model: u1, prices: {prompt: "7", completion: "7"}}
      - {provider: p2, model: u2, prices: {prompt: "2", completion: "2"}}
  - id: s/tiers
    endpoints:
      - {provider: p1, model: v1, prices: {prompt: "1", completion: "1"}}
      - {id: p2/priority, provider: p2, model: v2, service_tiers: [priority], prices: {prompt: "3", completion: "3"}}
      - {provider: p2, model: v2, prices: {prompt: "1", completion: "1"}}
  - id: s/partly-free
    endpoints:
      - {provider: p1, model: w1, prices: {prompt: "0", completion: "0"}}
      - {provider: p2, model: w2, prices: {prompt: "1", completion: "1"}}
  - id: s/long
    endpoints:
      - {provider: p1, model: x1, prices: {prompt: "1", completion: "1"},
         tiers: [{above_prompt_tokens: 10000, prices: {prompt: "8", completion: "8"}}]}
      - {provider: p2, model: x2, prices: {prompt: "2", completion: "2"}}
providers:
  - {slug: p2, name: "Provider Two Inc.", dialect: chat, base_url: "https://two.example.com/v1", auth: bearer}
)";

struct Told final : PlanTrace {
    void removed(const CatalogueEndpoint& endpoint, const Removal& removal) override {
        removals += endpoint.endpoint->upstream_model + " " + std::string(removal.rule) + " ";
    }
    void unknown_model(std::string_view) override {}
    void placed(const CatalogueEndpoint& endpoint, const RankedEndpoint&, bool) override {
        places += endpoint.endpoint->upstream_model + " ";
    }
    std::string removals, places;
};

class PlanNames : public testing::Test {
  protected:
    PlanNames() : providers_(2) {
        providers_[0].name = "p1";
        providers_[1].name = "p2";
        catalogue_.emplace(*PriceList::parse(kPrices, "prices.yaml"), providers_);
    }

    Outcome<Plan> plan(std::string_view model, const std::vector<std::string>& fallbacks = {},
                       PlanTrace* trace = nullptr) const {
        const ChosenModel chosen{.model = model, .provider = {}, .level = LlmLevel::request};
        return make_plan(*catalogue_, {.organization = policy_, .key = &key_, .preset = &preset_, .request = &request_},
                         {.chosen = chosen, .body = body_, .fallbacks = fallbacks, .draw = draw_}, {}, trace);
    }
    // "t1 t2 ", or "no_allowed_provider \"rules\":[…]".
    std::string text_of(std::string_view model, const std::vector<std::string>& fallbacks = {}) const {
        const auto made = plan(model, fallbacks);
        if (!made) return std::string(code_of(made.error().kind())) + " " + made.error().detail().extra;
        std::string text;
        for (const CatalogueEndpoint* const one : made->endpoints()) text += one->endpoint->upstream_model + " ";
        return text;
    }
    // How often of many draws.
    std::map<std::string, int> drawn(std::string_view model, const std::vector<std::string>& fallbacks = {}) {
        std::map<std::string, int> seen;
        for (draw_ = 1; draw_ <= 3000; ++draw_) ++seen[text_of(model, fallbacks)];
        return seen;
    }

    std::vector<Provider> providers_;
    std::optional<Catalogue> catalogue_;
    OrganizationPolicy policy_;
    KeyRules key_;
    ProviderPreferences preset_, request_;
    BodyFacts body_;
    std::uint64_t draw_ = 7;
};

TEST_F(PlanNames, AnEndpointIsOneCandidateUnderHoweverManyNames) {
    EXPECT_EQ(text_of("s/t:floor", {"s/t:floor", "p1/s/t", "s/t"}), "t2 t1 ");
    EXPECT_EQ(text_of("p1/s/t", {"s/t", "s/u:floor", "p1/s/u"}), "t1 t2 u2 u1 ");
    EXPECT_EQ(text_of("auto", {"s/t", "auto"}).find("t1"), text_of("auto", {"s/t", "auto"}).rfind("t1"));
}

TEST_F(PlanNames, AnExplanationNamesAnEndpointOnce) {
    Told told;
    ASSERT_TRUE(plan("p1/s/t", {"s/t", "p1/s/t"}, &told));
    EXPECT_EQ(told.places, "t1 t2 ");
    EXPECT_EQ(told.removals, "") << "another name brought it back";
    Told of_one;
    ASSERT_TRUE(plan("p1/s/t", {"p1/s/t:floor"}, &of_one));
    EXPECT_EQ(of_one.places, "t1 ");
    EXPECT_EQ(of_one.removals, "t2 model ");
}

TEST_F(PlanNames, AProviderIsNamedAsTheListsShowIt) {
    request_.ignore = {"provider two inc."};
    EXPECT_EQ(text_of("s/t"), "t1 ");
    request_ = {.only = {"Provider-Two Inc."}};
    EXPECT_EQ(text_of("s/t"), "t2 ");
    request_ = {.order = {"Provider Two Inc."}};
    EXPECT_EQ(text_of("s/t"), "t2 t1 ");
    request_ = {.ignore = {""}};
    EXPECT_EQ(text_of("s/t").size(), 6U) << "p1 has no such name, and is not meant by none";
}

TEST_F(PlanNames, ThePricesOfSoLongAPromptCount) {
    EXPECT_EQ(text_of("s/long:floor"), "x1 x2 ");
    body_.prompt_bytes = 60'000;
    EXPECT_EQ(text_of("s/long:floor"), "x2 x1 ");
}

TEST_F(PlanNames, ModelsTogetherAreDrawnTogether) {
    request_.sort = ProviderSort{.by = std::nullopt, .partition = SortPartition::none};
    const auto seen = drawn("s/t", {"s/u"});
    EXPECT_GT(seen.at("t2 u2 u1 t1 "), 500) << "by their prices, whichever model they are of";
    request_ = {};
    EXPECT_FALSE(drawn("s/t", {"s/u"}).contains("t2 u2 u1 t1 "));
}

TEST_F(PlanNames, AVariantOrdersItsOwnModelAlone) {
    const auto seen = drawn("s/t", {"s/u:floor"});
    EXPECT_GT(seen.at("t1 t2 u2 u1 "), 10) << "one in 82: the first model is drawn";
    EXPECT_EQ(seen.size(), 2U) << "and the second is not";
    const auto other = drawn("s/t:floor", {"s/u"});
    EXPECT_GT(other.at("t2 t1 u1 u2 "), 100) << "four in 53";
    EXPECT_EQ(other.size(), 2U);
}

TEST_F(PlanNames, AVariantGoesBeforeWhatOthersWantNotBeforeTheRequestsProvider) {
    policy_.provider = share({.order = {"p1"}});
    EXPECT_EQ(text_of("s/t:floor"), "t2 t1 ");
    EXPECT_EQ(text_of("s/t", {"s/u:floor"}), "t1 t2 u2 u1 ") << "of the other model the organization's order counts";
    policy_.provider = share({.sort = ProviderSort{.by = ProviderSortBy::throughput}});
    preset_.order = {"p1"};
    EXPECT_EQ(text_of("s/t:floor"), "t2 t1 ");
    request_.order = {"p1"};
    EXPECT_EQ(text_of("s/t:floor"), "t1 t2 ");
}

TEST_F(PlanNames, ModelsOfDifferentOrdersAreTriedInTurn) {
    policy_.provider =
        share({.sort = ProviderSort{.by = ProviderSortBy::throughput, .partition = SortPartition::none}});
    EXPECT_EQ(text_of("s/t:floor", {"s/u:floor"}), "t2 t1 u2 u1 ");
}

TEST_F(PlanNames, RulesAreToldOfWhatTheNameStandsFor) {
    policy_.provider = share({.ignore = {"p2"}});
    EXPECT_EQ(text_of("p2/s/t"), R"(no_allowed_provider "rules":["ignore"])");
    EXPECT_EQ(text_of("p2/s/t", {"nothing"}), R"(no_allowed_provider "rules":["ignore"])");
    policy_.provider = nullptr;
    key_.deny_providers = {"p2"};
    EXPECT_EQ(text_of("p2/s/t"), R"(key_rule_denied "rules":["deny_providers"])");
    EXPECT_EQ(text_of("p2/s/tiers"), R"(key_rule_denied "rules":["deny_providers"])");
}

TEST_F(PlanNames, RulesAreToldOfWhatHasAPriceForTheServiceTier) {
    body_.extras.service_tier = "priority";
    policy_.provider = share({.ignore = {"p2"}});
    EXPECT_EQ(text_of("s/tiers"), R"(no_allowed_provider "rules":["ignore"])");
    policy_.provider = nullptr;
    key_.deny_providers = {"p2"};
    EXPECT_EQ(text_of("s/tiers"), R"(key_rule_denied "rules":["deny_providers"])");
    EXPECT_EQ(text_of("p1/s/tiers"), "invalid_request ") << "no rule is to blame";
}

TEST_F(PlanNames, FreeHidesNoRule) {
    EXPECT_EQ(text_of("s/partly-free:free"), "w1 ");
    EXPECT_EQ(text_of("s/t:free"), "model_not_found ");
    key_.deny_providers = {"p1"};
    EXPECT_EQ(text_of("s/partly-free:free"), R"(key_rule_denied "rules":["deny_providers"])");
    EXPECT_EQ(text_of("s/t:free"), "model_not_found ") << "without the rule, it is no other";
    key_ = {};
    policy_.privacy.zdr = true;
    EXPECT_EQ(text_of("s/partly-free:free"), R"(no_allowed_provider "rules":["zdr"])");
}

}  // namespace
}  // namespace tollgate
