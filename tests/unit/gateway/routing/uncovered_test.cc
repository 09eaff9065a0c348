// Which endpoints' prices cover a request, and what is said where none does.
#include "gateway/routing/uncovered.h"

#include <gtest/gtest.h>

#include "gateway/routing/plan.h"

namespace tollgate {
namespace {

constexpr std::string_view kPrices = R"(
version: "1"
models:
  - id: openai/gpt-4o
    aliases: [gpt-4o]
    output_modalities: [text, audio]
    endpoints:
      - {provider: openai, model: plain, prices: {prompt: "1", completion: "2"}}
      - {provider: openai, model: fast, prices: {prompt: "2", completion: "4"}, service_tiers: [priority]}
      - {provider: openai, model: searching, prices: {prompt: "1", completion: "2", per_request: "0.03"},
         server_tools: [web_search]}
  - id: openai/gpt-4o-mini
    input_modalities: [text, image]
    endpoints:
      - {provider: openai, model: mini, prices: {prompt: "1", completion: "2"}}
  - id: openai/cheapest
    endpoints:
      - {provider: openai, model: cheapest, prices: {prompt: "0.1", completion: "0.2"}}
  - id: other/elsewhere
    endpoints:
      - {provider: unconfigured, model: b, prices: {prompt: "1", completion: "2"}}
)";

constexpr std::string_view kOtherPrices = R"(
version: "1"
models:
  - id: openai/flexible
    endpoints:
      - {provider: openai, model: usual, prices: {prompt: "2", completion: "4"}}
      - {provider: openai, model: slower, prices: {prompt: "1", completion: "2"}, service_tiers: [flex]}
  - id: openai/ordinary
    endpoints:
      - {provider: openai, model: mini, prices: {prompt: "1", completion: "2"}}
      - {provider: unconfigured, model: mini, prices: {prompt: "1", completion: "2"}, service_tiers: [flex]}
  - id: openai/tiered
    endpoints:
      - {provider: openai, model: tiered, prices: {prompt: "0", completion: "0"},
         tiers: [{above_prompt_tokens: 10, prices: {prompt: "5", completion: "5"}}]}
  - id: openai/free
    endpoints:
      - {provider: openai, model: gratis, prices: {prompt: "0", completion: "0"}}
      - {provider: openai, id: kept, model: kept, prices: {prompt: "0", completion: "0", cache_write: "1"}}
)";

class UncoveredTest : public testing::Test {
  protected:
    UncoveredTest() : providers_(1) {
        providers_[0].name = "openai";
        list(kPrices);
    }
    // The endpoints' models, or the message.
    std::string plan(const PaidExtras& extras, std::string_view model = "openai/gpt-4o") {
        BodyFacts body;
        body.extras = extras;
        return plan(body, model);
    }
    std::string plan(const BodyFacts& body, std::string_view model, const std::vector<std::string>& fallbacks = {},
                     PlanTrace* trace = nullptr) {
        const ChosenModel chosen{.model = model, .provider = {}, .level = LlmLevel::request};
        const OrganizationPolicy policy;
        const auto plan = make_plan(*catalogue_, {.organization = policy},
                                    {.chosen = chosen, .body = body, .fallbacks = fallbacks}, {}, trace);
        if (!plan) return plan.error().detail().message;
        std::string names;
        for (const CatalogueEndpoint* const one : plan->endpoints()) names += one->endpoint->upstream_model + " ";
        return names;
    }
    void list(std::string_view prices) { catalogue_.emplace(*PriceList::parse(prices, "prices.yaml"), providers_); }

    std::vector<Provider> providers_;
    std::optional<Catalogue> catalogue_;
};

PaidExtras tier(const std::string& name, std::string_view field = "service_tier") {
    PaidExtras extras;
    extras.service_tier = name;
    extras.tier_field = field;
    return extras;
}
PaidExtras flex() {
    PaidExtras extras;
    extras.wants_flex = true;
    return extras;
}
PaidExtras tool(const std::string& name, std::string_view field = "tools") {
    PaidExtras extras;
    extras.server_tools.push_back({name, field});
    return extras;
}
PaidExtras output(const std::string& name) {
    PaidExtras extras;
    extras.outputs.push_back(name);
    return extras;
}

TEST_F(UncoveredTest, FlexGoesWhereItHasAPriceAndElseIsOrdinary) {
    list(kOtherPrices);
    EXPECT_EQ(plan(flex(), "openai/flexible"), "slower ");
    EXPECT_EQ(plan(PaidExtras(), "openai/flexible"), "usual ");
    EXPECT_EQ(plan(flex(), "openai/ordinary"), "mini ");
    PaidExtras both = flex();
    both.server_tools.push_back({"web_search", "tools"});
    EXPECT_NE(plan(both, "openai/flexible").find("web_search"), std::string::npos);
}

TEST_F(UncoveredTest, WhatIsFreeIsSoForEveryPrompt) {
    list(kOtherPrices);
    EXPECT_EQ(plan(PaidExtras(), "openai/free:free"), "gratis ");
    EXPECT_EQ(plan(PaidExtras(), "openai/tiered:free"), "the model 'openai/tiered' costs something everywhere");
    EXPECT_EQ(plan(PaidExtras(), "openai/tiered"), "tiered ");
}

TEST_F(UncoveredTest, AnOrdinaryRequestGoesWhereNoTierIsNamed) { EXPECT_EQ(plan({}), "plain searching "); }

TEST_F(UncoveredTest, ATierAndAToolGoOnlyWhereTheirPricesAre) {
    EXPECT_EQ(plan(tier("priority")), "fast ");
    EXPECT_EQ(plan(tool("web_search")), "searching ");
    EXPECT_EQ(plan(output("audio")), "plain searching ");
}

TEST_F(UncoveredTest, WhatHasNoPriceIsRefusedByNameWithARemedy) {
    const std::string said = plan(tier("scale"));
    for (const char* const word : {"service_tier 'scale'", "'openai/gpt-4o'", "service_tiers: [scale]"}) {
        EXPECT_NE(said.find(word), std::string::npos) << said;
    }
    EXPECT_NE(plan(tool("file_search")).find("server_tools: [file_search]"), std::string::npos);
    EXPECT_NE(plan(output("image")).find("output_modalities"), std::string::npos);
    EXPECT_NE(plan(tier("priority"), "openai/gpt-4o-mini").find("'openai/gpt-4o-mini'"), std::string::npos);
}

TEST_F(UncoveredTest, TheFieldAtFaultIsNamed) {
    const auto param = [this](const PaidExtras& extras) {
        return uncovered_error(catalogue_->find("openai/gpt-4o-mini"), extras).detail().param;
    };
    EXPECT_EQ(param(tier("priority")), "service_tier");
    EXPECT_EQ(param(tier("fast", "speed")), "speed");
    EXPECT_EQ(param(tool("web_search", "enable_search")), "enable_search");
    EXPECT_EQ(param(tool("code_interpreter")), "tools");
    EXPECT_EQ(param(output("audio")), "modalities");
}

BodyFacts with(std::initializer_list<Medium> media) {
    BodyFacts body;
    for (const Medium medium : media) body.media.add(medium);
    return body;
}

TEST_F(UncoveredTest, AListedModelGetsNoMediaBesideItsList) {
    EXPECT_EQ(plan(with({}), "openai/gpt-4o-mini"), "mini ");
    EXPECT_EQ(plan(with({Medium::image}), "openai/gpt-4o-mini"), "mini ");
    for (const auto& media : {with({Medium::audio}), with({Medium::image, Medium::audio})}) {
        const std::string said = plan(media, "openai/gpt-4o-mini");
        EXPECT_NE(said.find("'openai/gpt-4o-mini' takes no audio input"), std::string::npos) << said;
    }
    EXPECT_EQ(status_of(untaken_error(*catalogue_->models().front(), Medium::file, "input")), 404);
    EXPECT_EQ(untaken_error(*catalogue_->models().front(), Medium::file, "input").detail().param, "input");
}

TEST_F(UncoveredTest, ANamedModelThatNobodyListsMayTakeAll) {
    EXPECT_EQ(plan(with({Medium::video}), "openai/cheapest"), "cheapest ");
}

TEST_F(UncoveredTest, AutoTakesOnlyWhatIsListed) {
    EXPECT_EQ(plan(with({}), "auto").substr(0, 9), "cheapest ");
    EXPECT_EQ(plan(with({Medium::image}), "auto"), "mini ");
    EXPECT_NE(plan(with({Medium::video}), "auto").find("no model is left"), std::string::npos);
}

TEST_F(UncoveredTest, AutoMakesOnlyWhatIsListed) {
    BodyFacts body;
    body.extras = output("audio");
    EXPECT_EQ(plan(body, "auto"), "plain searching ");
}

struct Removals final : PlanTrace {
    void removed(const CatalogueEndpoint& endpoint, const Removal& removal) override {
        (((((text += endpoint.endpoint->upstream_model) += ' ') += removal.rule) += ' ') += removal.level) += '\n';
    }
    void unknown_model(std::string_view) override {}
    void placed(const CatalogueEndpoint&, const RankedEndpoint&, bool) override {}
    std::string text;
};

TEST_F(UncoveredTest, AFallbackThatTakesThePromptStandsInAndTheOtherIsNamed) {
    Removals removals;
    EXPECT_EQ(plan(with({Medium::file}), "openai/gpt-4o-mini", {"openai/gpt-4o"}, &removals).substr(0, 6), "plain ");
    EXPECT_EQ(removals.text, "mini input_modalities price_list\nfast service_tier price_list\n");
}

TEST_F(UncoveredTest, AnUnknownModelIsToldWhatIsSimilar) {
    const auto similar = [this](std::string_view name, std::string_view expected) {
        const std::string said = not_found_message(*catalogue_, name, [](const Model&) { return true; });
        EXPECT_NE(said.find("GET /v1/models"), std::string::npos) << said;
        return said.find(expected) != std::string::npos;
    };
    EXPECT_TRUE(similar("gpt-4o-2024-08-06", "similar: 'openai/gpt-4o'"));
    EXPECT_TRUE(similar("GPT-4o-Mni", "'openai/gpt-4o-mini'"));
    EXPECT_TRUE(similar("azure/gpt-4o", "'openai/gpt-4o'"));
    EXPECT_FALSE(similar("claude-9", "similar"));
    EXPECT_FALSE(similar(std::string(128, 'g'), "similar"));
}

TEST_F(UncoveredTest, AModelWhoseProviderIsNotConfiguredSaysSo) {
    EXPECT_NE(not_found_message(*catalogue_, "other/elsewhere", [](const Model&) { return true; })
                  .find("'unconfigured' is not configured"),
              std::string::npos);
    EXPECT_EQ(catalogue_->missing_providers(), std::vector<std::string>{"unconfigured"});
}

}  // namespace
}  // namespace tollgate
