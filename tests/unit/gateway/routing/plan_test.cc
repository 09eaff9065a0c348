#include "gateway/routing/plan.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/routing/mix_bits.h"
#include "gateway/text/buffered_text.h"

namespace tollgate {
namespace {

constexpr std::string_view kPrices = R"(
version: "1"
models:
  - id: maker/chat
    aliases: [chat]
    endpoints:
      - {provider: first, model: up-1, prices: {prompt: "0.15", completion: "0.6"}}
      - {provider: second, model: up-2, prices: {prompt: "0.2", completion: "0.7"}}
      - {provider: unconfigured, model: up-3, prices: {prompt: "0.2", completion: "0.7"}}
      - {provider: third, model: up-4, prices: {prompt: "0.1", completion: "0.1"}}
  - id: maker/nowhere
    endpoints:
      - {provider: unconfigured, model: up-5, prices: {prompt: "1", completion: "1"}}
  - id: maker/embed
    embeddings: true
    endpoints:
      - {provider: first, model: up-6, prices: {prompt: "0.02", completion: "0"}}
  - id: maker/voice
    serves: [speech, transcriptions]
    endpoints:
      - {provider: first, model: up-7, prices: {prompt: "0", per_request: "0.02"}}
      - {provider: second, model: up-8, prices: {prompt: "0", per_request: "0.02"}}
      - {provider: third, model: up-9, prices: {prompt: "0", per_request: "0.02"}}
)";

std::vector<Provider> providers_named(const std::vector<std::string>& names) {
    std::vector<Provider> providers(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) providers[i].name = names[i];
    return providers;
}

class PlanTest : public testing::Test {
  protected:
    PlanTest() : catalogue_(*PriceList::parse(kPrices, "prices.yaml"), providers_) {}

    Outcome<Plan> plan_for(std::string_view model, ApiType api = ApiType::chat) {
        return plan_for({.model = model, .provider = {}, .level = LlmLevel::request}, api);
    }
    Outcome<Plan> plan_for(const ChosenModel& chosen, ApiType api = ApiType::chat) {
        return make_plan(catalogue_, {.organization = policy_},
                         {.chosen = chosen, .api = api, .body = body_, .draw = mix_bits(draw_)});
    }
    static ChosenModel of_project(std::string_view model, std::string_view provider = {}) {
        return {.model = model, .provider = provider, .level = LlmLevel::project};
    }
    // The providers, in the order of their names.
    static std::string names_of(const Plan& plan) {
        std::set<std::string> names;
        for (const CatalogueEndpoint* const one : plan.endpoints()) names.insert(one->provider->name);
        std::string text;
        for (const std::string& name : names) text += name + " ";
        return text;
    }
    // "up-1 listed, up-2 listed"
    std::string text_of(std::string_view model) {
        return text_of({.model = model, .provider = {}, .level = LlmLevel::request});
    }
    std::string text_of(const ChosenModel& chosen) {
        const auto plan = plan_for(chosen);
        if (!plan) return plan.error().detail().message;
        std::string text;
        for (std::size_t i = 0; i < plan->size(); ++i) {
            const Candidate candidate = (*plan)[i];
            EXPECT_EQ(plan->endpoints()[i], candidate.endpoint);
            if (i > 0) text += ", ";
            text += candidate.endpoint->endpoint->upstream_model + " " + std::string(to_string(candidate.reason));
        }
        return text;
    }

    std::vector<Provider> providers_ = providers_named({"second", "first", "third"});
    Catalogue catalogue_;
    OrganizationPolicy policy_;
    BodyFacts body_;
    std::uint64_t draw_ = 0;
};

TEST_F(PlanTest, CandidatesAreTheModelsEndpointsWeightedByTheirPrices) {
    std::map<std::string, int> first;
    for (draw_ = 0; draw_ < 3000; ++draw_) {
        const std::string text = text_of("maker/chat");
        for (const std::string_view name : {"up-1 drawn", "up-2 drawn", "up-4 drawn"}) {
            EXPECT_NE(text.find(name), std::string::npos) << text;
        }
        ++first[text.substr(0, 4)];
        EXPECT_EQ(text_of("chat"), text) << "the draw is the request's, not the name's";
    }
    EXPECT_NEAR(first["up-4"], 3000 * 25 / (25 + 1 / 0.5625 + 1 / 0.81), 120) << "prices of 0.2, 0.75 and 0.9";
    EXPECT_GT(first["up-2"], 50);
}

TEST_F(PlanTest, AModelWithOneEndpointIsNotDrawn) {
    policy_.provider = share({.only = {"first"}});
    EXPECT_EQ(text_of("maker/chat"), "up-1 listed");
    EXPECT_EQ(plan_for("maker/embed", ApiType::embeddings).value()[0].reason, OrderReason::listed);
}

TEST_F(PlanTest, TheProviderThatADefaultNamesComesFirst) {
    for (draw_ = 0; draw_ < 50; ++draw_) {
        EXPECT_TRUE(text_of(of_project("maker/chat", "second")).starts_with("up-2 default_provider, up-"));
    }
    EXPECT_EQ(plan_for(of_project("maker/chat", "unconfigured")).value().size(), 3U);
}

TEST_F(PlanTest, WithoutAnyModel) {
    const auto plan = plan_for(ChosenModel());
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind(), ErrorKind::model_required);
    EXPECT_EQ(plan.error().detail().param, "model");
}

TEST_F(PlanTest, AnUnknownModelIsNamed) {
    const auto plan = plan_for("maker/nowhere");
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind(), ErrorKind::model_not_found);
    EXPECT_NE(plan.error().detail().message.find("maker/nowhere"), std::string::npos);
}

TEST_F(PlanTest, ADefaultThatCannotBeUsedSaysWhoseItIsAndWhoCanChangeIt) {
    policy_.allowed_models = {"maker/embed"};
    for (const std::string model : {"gone", "maker/embed", "maker/chat"}) {
        const auto plan = plan_for(of_project(model));
        ASSERT_FALSE(plan) << model;
        EXPECT_EQ(plan.error().kind(), ErrorKind::default_model_unavailable);
        const Error::Detail& detail = plan.error().detail();
        EXPECT_EQ(detail.extra, "\"model\":\"" + model + "\",\"level\":\"project\"");
        for (const std::string_view part :
             {std::string_view(model), std::string_view("of the project"), remedy_of(LlmLevel::project)}) {
            EXPECT_NE(detail.message.find(part), std::string::npos) << detail.message;
        }
    }
}

TEST_F(PlanTest, AnOrganizationMayAllowSomeModelsAlone) {
    policy_.allowed_models = {"maker/chat", "maker/other"};
    EXPECT_TRUE(plan_for("chat")) << "by its alias";
    const auto plan = plan_for("maker/embed", ApiType::embeddings);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind(), ErrorKind::model_not_allowed);
    EXPECT_NE(plan.error().detail().message.find("maker/chat, maker/other"), std::string::npos);
}

TEST_F(PlanTest, EmbeddingModelsOnlyEmbed) {
    EXPECT_EQ(plan_for("maker/embed").error().kind(), ErrorKind::invalid_request);
    EXPECT_TRUE(plan_for("maker/embed", ApiType::embeddings));
    EXPECT_EQ(plan_for("maker/chat", ApiType::embeddings).error().kind(), ErrorKind::invalid_request);
}

TEST_F(PlanTest, ACallThatPassesThroughGoesToModelsThatServeIt) {
    EXPECT_EQ(names_of(plan_for("maker/voice", ApiType::speech).value()), "first second third ");
    EXPECT_TRUE(plan_for("maker/voice", ApiType::transcriptions));
    const std::pair<const char*, ApiType> kWrong[] = {{"maker/voice", ApiType::images},
                                                      {"maker/voice", ApiType::chat},
                                                      {"maker/voice", ApiType::embeddings},
                                                      {"maker/chat", ApiType::speech},
                                                      {"maker/embed", ApiType::moderations}};
    for (const auto& [model, api] : kWrong) {
        EXPECT_EQ(plan_for(model, api).error().kind(), ErrorKind::invalid_request) << model << to_string(api);
    }
    EXPECT_EQ(plan_for("maker/voice").error().detail().message,
              "the model 'maker/voice' only serves speech, transcriptions");
}

TEST_F(PlanTest, ACallThatPassesThroughGoesOnlyWhereItsPathIsKnown) {
    providers_[0].dialect = &messages_upstream();
    providers_[1].path = "/only/chats";
    providers_[2].path = "/deployments/{model}/{call}?v=1";
    EXPECT_EQ(names_of(plan_for("maker/voice", ApiType::speech).value()), "third ");
}

TEST_F(PlanTest, NobodyIsChosenForAChatThatServesOtherCalls) {
    const auto models_for = [&](ApiType api) {
        std::set<std::string> models;
        for (const CatalogueEndpoint* const one : plan_for("auto", api).value().endpoints()) {
            models.insert(one->model->id);
        }
        return models;
    };
    EXPECT_EQ(models_for(ApiType::chat), std::set<std::string>{"maker/chat"});
    EXPECT_EQ(models_for(ApiType::embeddings), std::set<std::string>{"maker/embed"});
    EXPECT_EQ(models_for(ApiType::speech), std::set<std::string>{"maker/voice"});
}

TEST(Provider, ThePathOfACallThatPassesThrough) {
    const auto path_of = [](const std::string& path) {
        Provider provider;
        provider.base_path = "/base";
        provider.path = path;
        std::string text;
        {
            BufferedText out(text);
            provider.append_passed_path("audio/speech", "a model", out);
        }
        return text;
    };
    EXPECT_EQ(path_of(""), "/base/audio/speech");
    EXPECT_EQ(path_of("/d/{model}/{call}?v=1"), "/base/d/a%20model/audio/speech?v=1");
}

TEST_F(PlanTest, AKeysRulesLeaveOutEndpointsAndTheRestIsTried) {
    const auto plan_by = [&](const KeyRules& rules) {
        const ChosenModel chosen = of_project("maker/chat", "second");
        const auto plan =
            make_plan(catalogue_, {.organization = policy_, .key = &rules}, {.chosen = chosen, .body = body_});
        if (!plan) return std::string(code_of(plan.error().kind()));
        return names_of(*plan);
    };
    EXPECT_EQ(plan_by({.deny_providers = {"second"}}), "first third ");
    EXPECT_EQ(plan_by({.most_prompt = NanoUsd{kNanoPerUsd * 15 / 100}}), "first third ");
    EXPECT_EQ(plan_by({.allow_providers = {"first", "second"}, .most_prompt = NanoUsd{1000}}), "key_rule_denied");
}

TEST_F(PlanTest, PreferencesAndPrivacyLeaveOutEndpointsWhateverAPresetSays) {
    const ProviderPreferences preset{.ignore = {"third"}};
    const auto plan_by = [&](ProviderPreferences preferences, const PrivacySettings& privacy = {}) {
        policy_.provider = share(std::move(preferences));
        policy_.privacy = privacy;
        const ChosenModel chosen = of_project("maker/chat", "second");
        const auto plan =
            make_plan(catalogue_, {.organization = policy_, .preset = &preset}, {.chosen = chosen, .body = body_});
        if (!plan) return std::string(code_of(plan.error().kind())) + " " + plan.error().detail().extra;
        return names_of(*plan);
    };
    EXPECT_EQ(plan_by({}), "first second ");
    EXPECT_EQ(plan_by({.only = {"first", "third"}}), "first ");
    EXPECT_EQ(plan_by({.only = {"third"}}), "no_allowed_provider \"rules\":[\"only\",\"ignore\"]");
    EXPECT_EQ(plan_by({.max_price = {.prompt = NanoUsd{kNanoPerUsd * 15 / 100}}}), "first ");
    EXPECT_EQ(plan_by({}, {.zdr = true}), "no_allowed_provider \"rules\":[\"zdr\"]");
    providers_[0].zero_data_retention = true;
    EXPECT_EQ(plan_by({}, {.zdr = true}), "second ");
    EXPECT_EQ(plan_by({.data_collection = DataCollection::deny}, {.zdr = true}),
              "no_allowed_provider \"rules\":[\"data_collection\",\"zdr\"]");
    providers_[0].collects_data = false;
    EXPECT_EQ(plan_by({.zdr = true}, {.data_collection = DataCollection::deny}), "second ");
}

TEST(Plan, HasAtMostSoManyCandidates) {
    std::string text = "version: \"1\"\nmodels:\n  - id: maker/many\n    endpoints:\n";
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kMostCandidates + 3; ++i) {
        names.push_back("provider" + std::to_string(i));
        text += "      - {provider: " + names.back() + ", model: up, prices: {prompt: \"1\", completion: \"1\"}}\n";
    }
    const auto providers = providers_named(names);
    const auto prices = PriceList::parse(text, "prices.yaml");
    ASSERT_TRUE(prices) << prices.error().message();
    const Catalogue catalogue(*prices, providers);
    const OrganizationPolicy policy;
    const BodyFacts body;
    const ChosenModel chosen{.model = "maker/many", .provider = {}};
    const auto plan = make_plan(catalogue, {.organization = policy}, {.chosen = chosen, .body = body});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->size(), kMostCandidates);
}

}  // namespace
}  // namespace tollgate
