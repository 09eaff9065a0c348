// Plans of an organization with keys of its own at providers.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/routing/plan.h"

namespace tollgate {
namespace {

constexpr std::string_view kOwnPrices = R"(
version: "1"
models:
  - id: maker/chat
    aliases: [chat]
    endpoints:
      - provider: first
        model: up-1
        prices: {prompt: "1", completion: "2"}
        provider_prices: {prompt: "0.5", completion: "1.5"}
      - {provider: second, model: up-2, prices: {prompt: "0.2", completion: "0.7"}}
  - id: maker/elsewhere
    endpoints:
      - {provider: unconfigured, model: up-3, prices: {prompt: "3", completion: "4"}}
)";

Provider provider_named(const std::string& name) {
    Provider provider;
    provider.name = name;
    return provider;
}

class OwnPlanTest : public testing::Test {
  protected:
    std::shared_ptr<const OwnKey> own_key(const std::string& provider, OwnKey::Facts facts) {
        ++facts.id.bytes[0];
        facts.id.bytes[1] = static_cast<std::uint8_t>(keys_.size());
        facts.is_custom = provider == "custom";
        auto key = std::make_shared<const OwnKey>(std::move(facts), provider_named(provider),
                                                  Credential{.header_lines = "authorization: Bearer own\r\n"});
        keys_.push_back(key);
        return key;
    }
    std::shared_ptr<const Catalogue> catalogue(std::int64_t fee_basis_points = 0,
                                               const std::vector<std::string_view>& asked = {}) {
        auto routes = std::make_shared<const OwnRoutes>(operators_->prices(), keys_, fee_basis_points);
        auto own = std::make_shared<const Catalogue>(operators_, std::move(routes));
        return asked.empty() ? own : std::make_shared<const Catalogue>(own, asked);
    }
    Outcome<Plan> plan(const Catalogue& catalogue, std::string_view model) {
        const ChosenModel chosen{.model = model, .provider = {}, .level = LlmLevel::request};
        return make_plan(catalogue, {.organization = policy_, .request = request_.get(), .credentials = credentials_},
                         {.chosen = chosen, .body = body_, .draw = draw_});
    }
    // "main first, - second": whose key, at which provider.
    std::string text_of(const Catalogue& catalogue, std::string_view model) {
        const auto made = plan(catalogue, model);
        if (!made) return std::string(code_of(made.error().kind()));
        std::string text;
        for (std::size_t i = 0; i < made->size(); ++i) {
            const Candidate one = (*made)[i];
            const OwnUse* const own = one.endpoint->own;
            EXPECT_EQ(one.credential, own == nullptr ? nullptr : &own->key->credential());
            text += text.empty() ? "" : ", ";
            text += (own == nullptr ? "-" : own->key->facts().label) + " " + one.endpoint->provider->name;
        }
        return text;
    }

    std::vector<Provider> providers_ = {provider_named("first"), provider_named("second")};
    std::shared_ptr<const Catalogue> operators_ =
        std::make_shared<const Catalogue>(*PriceList::parse(kOwnPrices, "prices.yaml"), providers_);
    OwnRoutes::Keys keys_;
    OrganizationPolicy policy_;
    SharedProviderPreferences request_;
    CredentialRules credentials_;
    BodyFacts body_;
    std::uint64_t draw_ = 0;
};

TEST_F(OwnPlanTest, OwnKeysByPriorityThenTheOperatorsThenFallbacks) {
    own_key("first", {.label = "late", .priority = 7});
    own_key("first", {.label = "soon", .priority = 1});
    own_key("second", {.label = "last", .is_fallback = true});
    const auto all = catalogue();
    request_ = share({.order = {"first"}});
    for (draw_ = 0; draw_ < 50; ++draw_) {
        EXPECT_EQ(text_of(*all, "chat"), "soon first, late first, - first, - second, last second");
    }
}

TEST_F(OwnPlanTest, AnOrderDecidesAmongOwnKeysAndPriorityBetweenThoseOfOneProvider) {
    own_key("first", {.label = "one", .priority = 0});
    own_key("second", {.label = "two", .priority = 9});
    const auto all = catalogue();
    EXPECT_TRUE(text_of(*all, "chat").starts_with("one first, two second, ")) << text_of(*all, "chat");
    request_ = share({.order = {"second"}});
    EXPECT_EQ(text_of(*all, "chat"), "two second, one first, - second, - first");
}

TEST_F(OwnPlanTest, AKeyThatRestsGoesBehindAllThatWork) {
    const auto key = own_key("first", {.label = "main"});
    const auto all = catalogue();
    OwnHealth& health = *all->find("chat").back().own->health;
    for (int i = 0; i < 3; ++i) health.breaker().note(false, 0, 0);
    EXPECT_TRUE(text_of(*all, "chat").ends_with(", main first"));
    EXPECT_EQ(&key->health_of(all->find("chat").back().identity), &health) << "and stays known in the next catalogue";
}

TEST_F(OwnPlanTest, TheOperatorsHaveAPlaceHoweverManyOwnKeysThereAre) {
    for (int i = 0; i < 12; ++i) own_key("first", {.label = "own", .priority = i});
    own_key("second", {.label = "last", .is_fallback = true});
    const auto all = catalogue();
    const std::string text = text_of(*all, "chat");
    EXPECT_EQ(std::ranges::count(text, ',') + 1, static_cast<std::ptrdiff_t>(kMostCandidates)) << text;
    EXPECT_NE(text.find(", - "), std::string::npos) << text;
    credentials_.own_only = true;
    EXPECT_EQ(text_of(*all, "chat"),
              "own first, own first, own first, own first, own first, own first, own first, own first");
}

TEST_F(OwnPlanTest, WhatIsNotForThisRequestIsNoCandidate) {
    own_key("first", {.label = "main", .allowed_models = {"chat"}, .allowed_keys = {"hash"}});
    const auto all = catalogue();
    credentials_ = {.own_only = true, .caller_key = "hash"};
    EXPECT_EQ(text_of(*all, "maker/chat"), "main first") << "an alias names the model";
    credentials_.caller_key = "other";
    EXPECT_EQ(text_of(*all, "maker/chat"), "provider_key_required");
    credentials_.own_only = false;
    EXPECT_EQ(text_of(*all, "maker/chat").find("main"), std::string::npos);
}

TEST_F(OwnPlanTest, AProviderThatTheOperatorDoesNotHaveIsReachedByTheKeyAlone) {
    EXPECT_EQ(text_of(*operators_, "maker/elsewhere"), "model_not_found");
    own_key("unconfigured", {.label = "mine"});
    EXPECT_EQ(text_of(*catalogue(), "maker/elsewhere"), "mine unconfigured");
    EXPECT_EQ(text_of(*catalogue(), "unconfigured/maker/elsewhere"), "mine unconfigured");
}

TEST_F(OwnPlanTest, NothingIsBilledInPlaceOfAKeyThatCannotBeOpened) {
    request_ = share({.order = {"first"}});
    own_key("first", {.label = "main", .is_opened = false});
    EXPECT_EQ(text_of(*catalogue(), "chat"), "store_unavailable");
    credentials_.own_only = true;
    EXPECT_EQ(text_of(*catalogue(), "chat"), "store_unavailable");
    credentials_.own_only = false;
    own_key("unconfigured", {.label = "away", .is_opened = false});
    EXPECT_EQ(text_of(*catalogue(), "maker/elsewhere"), "store_unavailable") << "no other endpoint has it";
    own_key("second", {.label = "other"});
    EXPECT_EQ(text_of(*catalogue(), "chat"), "other second, - first, - second") << "another own key goes first";
}

TEST_F(OwnPlanTest, AKeyThatCannotBeOpenedAndWouldNotGoFirstKeepsNobodyWaiting) {
    request_ = share({.order = {"first"}});
    own_key("first", {.label = "last", .is_fallback = true, .is_opened = false});
    own_key("first", {.label = "others", .allowed_keys = {"hash"}, .is_opened = false});
    own_key("first", {.label = "narrow", .allowed_models = {"maker/elsewhere"}, .is_opened = false});
    credentials_.caller_key = "other";
    EXPECT_EQ(text_of(*catalogue(), "chat"), "- first, - second");
    credentials_.own_only = true;
    EXPECT_EQ(text_of(*catalogue(), "chat"), "store_unavailable") << "the fallback is all that there is";
}

TEST_F(OwnPlanTest, AnAccountWhoseKeyCannotBeOpenedIsNotReplacedByAnother) {
    own_key("first", {.label = "main", .is_opened = false});
    own_key("second", {.label = "other", .priority = 9});
    const PlanRules rules{.organization = policy_, .credentials = credentials_};
    EXPECT_EQ(plan_for_account(*catalogue(), rules, ApiType::files).error().kind(), ErrorKind::store_unavailable);
}

TEST_F(OwnPlanTest, RulesOfProvidersAndPricesHoldForOwnKeys) {
    own_key("first", {.label = "main"});
    const auto all = catalogue();
    request_ = share({.ignore = {"first"}});
    EXPECT_EQ(text_of(*all, "chat"), "- second");
    request_ = share({.only = {"first"}});
    EXPECT_EQ(text_of(*all, "chat"), "main first, - first");
    credentials_.own_only = true;
    request_ = share({.only = {"second"}});
    EXPECT_EQ(text_of(*all, "chat"), "no_allowed_provider");
}

TEST_F(OwnPlanTest, AnOwnKeyIsChargedNothingOrAFeeOfTheProvidersPrice) {
    own_key("first", {.label = "main"});
    const auto free = catalogue(), five = catalogue(500);
    const CatalogueEndpoint& own = free->find("chat").back();
    EXPECT_EQ(own.price_pair_for(10).customer, Prices());
    EXPECT_EQ(own.price_pair_for(10).provider.prompt, 500'000) << "pico-USD a token";
    const PricePair fee = five->find("chat").back().price_pair_for(10);
    EXPECT_EQ(fee.customer.prompt, 25'000);
    EXPECT_EQ(fee.customer.completion, 75'000);
    EXPECT_EQ(fee.provider.completion, 1'500'000);
    EXPECT_EQ(free->find("chat").front().price_pair_for(10).customer.prompt, 1'000'000) << "the operator's stays";
}

TEST_F(OwnPlanTest, WithoutCreditWhatTheOperatorWouldPayForIsLeftOut) {
    own_key("first", {.label = "main"});
    own_key("second", {.label = "last", .is_fallback = true});
    const auto all = catalogue();
    auto made = *plan(*all, "chat");
    ASSERT_EQ(made.size(), 4);
    EXPECT_FALSE(made.all_own());
    EXPECT_TRUE(made.keep_own());
    EXPECT_EQ(made.size(), 2);
    EXPECT_TRUE(made.all_own());
    auto none = *plan(*operators_, "chat");
    EXPECT_FALSE(none.keep_own());
    EXPECT_EQ(none.size(), 2);
}

TEST_F(OwnPlanTest, ACustomEndpointsModelsAreThoseThatAreListedOrAskedFor) {
    own_key("custom", {.label = "box", .allowed_models = {"a/b"}});
    own_key("custom", {.label = "open"});
    const auto all = catalogue(0, {"open/x", "open/", "other/x"});
    EXPECT_EQ(text_of(*all, "box/a/b"), "box custom");
    EXPECT_EQ(text_of(*all, "box/c"), "model_not_found");
    EXPECT_EQ(text_of(*all, "open/x"), "open custom");
    EXPECT_EQ(text_of(*all, "open/"), "model_not_found");
    EXPECT_EQ(text_of(*all, "other/x"), "model_not_found");
    std::string listed;
    for (const Model* const model : all->models()) listed += model->id + " ";
    EXPECT_EQ(listed, "maker/chat box/a/b ");
    EXPECT_EQ(text_of(*all, "auto").find("custom"), std::string::npos);
}

TEST_F(OwnPlanTest, NamesThatNoListHasShareWhatIsLearnedOfTheirEndpoint) {
    own_key("custom", {.label = "box", .allowed_models = {"a", "b"}});
    own_key("custom", {.label = "open"});
    const auto first = catalogue(0, {"open/x", "open/y"}), second = catalogue(0, {"open/z"});
    const auto health_of = [](const Catalogue& from, std::string_view name) {
        return from.find(name).front().own->health;
    };
    EXPECT_EQ(health_of(*first, "open/x"), health_of(*first, "open/y"));
    EXPECT_EQ(health_of(*first, "open/x"), health_of(*second, "open/z"));
    EXPECT_NE(first->find("open/x").front().identity, first->find("open/y").front().identity);
    EXPECT_EQ(first->find("open/x").front().stream_options_refused_until,
              second->find("open/z").front().stream_options_refused_until);
    EXPECT_NE(health_of(*first, "box/a"), health_of(*first, "box/b"));
    EXPECT_EQ(health_of(*first, "box/a"), health_of(*second, "box/a"));
}

TEST_F(OwnPlanTest, AModelThatNoListHasMayBeAFallbackAndIsExplained) {
    struct Seen : PlanTrace {
        void removed(const CatalogueEndpoint& endpoint, const Removal&) override { text += "-" + endpoint.model->id; }
        void unknown_model(std::string_view name) override { text += "?" + std::string(name); }
        void placed(const CatalogueEndpoint& endpoint, const RankedEndpoint&, bool) override {
            text += "+" + endpoint.model->id;
        }
        std::string text;
    } seen;
    own_key("custom", {.label = "open"});
    credentials_.own_only = true;
    const auto all = catalogue(0, {"open/x", "open/y"});
    ASSERT_EQ(all->places(), all->endpoints().size() + 2);
    const std::vector<std::string> fallbacks = {"open/y", "open/x", "open/z"};
    const ChosenModel chosen{.model = "open/x", .provider = {}, .level = LlmLevel::request};
    const PlanRules rules{.organization = policy_, .credentials = credentials_};
    const auto made = make_plan(*all, rules, {.chosen = chosen, .body = body_, .fallbacks = fallbacks}, {}, &seen);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->size(), 2);
    EXPECT_EQ(seen.text, "?open/z+open/x+open/y");
}

TEST_F(OwnPlanTest, AnAccountIsTheFirstKeysThatMayGoAnywhere) {
    own_key("first", {.label = "narrow", .allowed_models = {"chat"}});
    own_key("custom", {.label = "narrow too", .allowed_models = {"llama-4"}});
    own_key("first", {.label = "fallback", .is_fallback = true});
    own_key("second", {.label = "main", .priority = 4});
    const auto all = catalogue();
    const PlanRules rules{.organization = policy_, .credentials = credentials_};
    const auto made = plan_for_account(*all, rules, ApiType::files);
    ASSERT_TRUE(made);
    ASSERT_EQ(made->size(), 1);
    EXPECT_EQ((*made)[0].endpoint->own->key->facts().label, "main");
    EXPECT_EQ(plan_for_account(*operators_, rules, ApiType::files).error().kind(), ErrorKind::provider_key_required);
    const KeyRules narrow{.allow_models = {"maker/chat"}};
    const PlanRules ruled{.organization = policy_, .key = &narrow};
    EXPECT_EQ(plan_for_account(*all, ruled, ApiType::batches).error().kind(), ErrorKind::key_rule_denied);
    policy_.allowed_models = {"maker/chat"};
    EXPECT_EQ(plan_for_account(*all, rules, ApiType::batches).error().kind(), ErrorKind::model_not_allowed);
}

}  // namespace
}  // namespace tollgate
