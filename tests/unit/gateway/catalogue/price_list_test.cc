#include "gateway/catalogue/price_list.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

constexpr std::string_view kGood = R"(version: "2026-11-21"
models:
  - id: openai/gpt-4o-mini
    name: GPT-4o mini
    aliases: [gpt-4o-mini]
    created: 1721260800
    input_modalities: [text, image]
    endpoints:
      - provider: openai
        model: gpt-4o-mini
        prices: {prompt: "0.15", completion: "0.60", cache_read: "0.075", per_request: "0.001"}
        context_length: 128000
        max_completion_tokens: 16384
      - provider: other
        model: mini
        prices: {prompt: "0.2", completion: "0.7"}
  - id: sample/embed
    embeddings: true
    endpoints:
      - provider: sample
        model: embed
        prices: {prompt: "0.10"}
)";

std::string replaced(std::string_view from, std::string_view to) {
    std::string text(kGood);
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string error_of(std::string_view yaml) {
    const auto list = PriceList::parse(yaml, "prices.yaml");
    EXPECT_FALSE(list);
    if (list) return "";
    EXPECT_EQ(list.error().code(), StatusCode::invalid);
    return list.error().message();
}

TEST(PriceList, ReadsModelsWithTheirEndpoints) {
    const auto list = PriceList::parse(kGood, "prices.yaml");
    ASSERT_TRUE(list) << list.error().message();
    EXPECT_EQ((*list)->version(), "2026-11-21");
    ASSERT_EQ((*list)->models().size(), 2u);
    const Model& model = (*list)->models()[0];
    EXPECT_EQ(model.name, "GPT-4o mini");
    EXPECT_EQ(model.created, 1721260800);
    EXPECT_EQ(model.input_modalities, (std::vector<std::string>{"text", "image"}));
    EXPECT_EQ(model.output_modalities, (std::vector<std::string>{"text"}));
    ASSERT_EQ(model.endpoints.size(), 2u);
    EXPECT_EQ(model.endpoints[0].upstream_model, "gpt-4o-mini");
    EXPECT_EQ(model.endpoints[0].context_length, 128000);
    EXPECT_EQ(model.endpoints[0].max_completion_tokens, 16384);
    EXPECT_TRUE((*list)->models()[1].embeddings);
}

TEST(PriceList, PricesArePicoUsdPerToken) {
    const auto list = PriceList::parse(kGood, "prices.yaml");
    ASSERT_TRUE(list);
    const Prices expected{.prompt = 150'000,
                          .completion = 600'000,
                          .cache_read = 75'000,
                          .cache_write = 150'000,  // no price of its own: that of the prompt
                          .cache_write_1h = 150'000,
                          .per_request = 1'000'000'000};
    EXPECT_EQ((*list)->models()[0].endpoints[0].prices, expected);
}

TEST(PriceList, TheOrdinaryTierIsTheOneThatIsNotListed) {
    for (const std::string tier : {"auto", "default", "standard", "standard_only", "on_demand", "global"}) {
        const std::string said =
            error_of(replaced("        context_length: 128000\n", "        service_tiers: [priority, " + tier + "]\n"));
        EXPECT_NE(said.find("service_tiers: '" + tier + "' is the ordinary tier"), std::string::npos) << said;
    }
    EXPECT_TRUE(PriceList::parse(replaced("        context_length: 128000\n", "        service_tiers: [flex, fast]\n"),
                                 "prices.yaml"));
}

TEST(PriceList, AModelHasANameThatARequestMayHave) {
    constexpr std::string_view kHead = "version: x\nmodels:\n  - id: ";
    constexpr std::string_view kRest =
        "\n    endpoints: [{provider: p, model: m, prices: {prompt: 1, completion: 1}}]\n";
    const auto with = [&](const std::string& names) { return std::string(kHead) + names + std::string(kRest); };
    EXPECT_NE(error_of(with("\"@preset/x\"")).find("id: '@preset/' begins the name of a preset"), std::string::npos);
    EXPECT_NE(error_of(with(std::string(129, 'x'))).find("id: is longer than 128 bytes"), std::string::npos);
    EXPECT_NE(error_of(with("m\n    aliases: [\"m@preset/x\"]")).find("aliases: '@preset/'"), std::string::npos);
    EXPECT_TRUE(PriceList::parse(with(std::string(128, 'x')), "prices.yaml"));
}

TEST(PriceList, AProviderMayChargeOtherPrices) {
    const auto list = PriceList::parse(
        replaced("        context_length: 128000\n",
                 "        context_length: 128000\n        provider_prices: {prompt: 0.1, completion: 0.5}\n"),
        "prices.yaml");
    ASSERT_TRUE(list) << list.error().message();
    const Prices expected{.prompt = 100'000,
                          .completion = 500'000,
                          .cache_read = 100'000,
                          .cache_write = 100'000,
                          .cache_write_1h = 100'000};
    EXPECT_EQ((*list)->models()[0].endpoints[0].provider_prices, expected);
    EXPECT_FALSE((*list)->models()[0].endpoints[1].provider_prices);
    EXPECT_EQ(error_of(replaced("        context_length: 128000\n",
                                "        context_length: 128000\n        provider_prices: {prompt: 0.1}\n")),
              "prices.yaml:13: provider_prices: completion: missing");
}

TEST(PriceList, FindsByIdAndAlias) {
    const auto list = PriceList::parse(kGood, "prices.yaml");
    ASSERT_TRUE(list);
    const Model* const model = (*list)->find("openai/gpt-4o-mini");
    ASSERT_NE(model, nullptr);
    EXPECT_EQ((*list)->find("gpt-4o-mini"), model);
    EXPECT_EQ((*list)->find("gpt-4o"), nullptr);
}

TEST(PriceList, UnknownKeyIsRefusedWithItsLine) {
    EXPECT_EQ(error_of(replaced("created:", "craeted:")), "prices.yaml:6: model: unknown key 'craeted'");
    EXPECT_EQ(error_of(replaced("cache_read:", "cached:")), "prices.yaml:11: prices: unknown key 'cached'");
    EXPECT_EQ(error_of(replaced("version:", "versoin:")), "prices.yaml:1: catalogue: unknown key 'versoin'");
}

TEST(PriceList, DuplicateNamesAreRefused) {
    EXPECT_EQ(error_of(replaced("sample/embed", "gpt-4o-mini")),
              "prices.yaml:17: model: the name 'gpt-4o-mini' is taken");
    EXPECT_EQ(error_of(replaced("created: 1721260800", "name: again")), "prices.yaml:6: model: 'name' twice");
}

TEST(PriceList, BadPricesAreRefusedWithTheirLine) {
    EXPECT_EQ(error_of(replaced("\"0.15\"", "\"-0.15\"")), "prices.yaml:11: prompt: a price is not negative");
    EXPECT_NE(error_of(replaced("\"0.15\"", "\"0.1500001\"")).find("prices.yaml:11: prompt: more than six decimals"),
              std::string::npos);
    EXPECT_NE(error_of(replaced("\"0.15\"", "cheap")).find("prices.yaml:11: prompt: "), std::string::npos);
    EXPECT_EQ(error_of(replaced(", completion: \"0.7\"", "")), "prices.yaml:16: prices: completion: missing");
}

TEST(PriceList, MissingPartsAreRefusedWithTheirLine) {
    EXPECT_EQ(error_of(replaced("        model: mini\n", "")), "prices.yaml:14: model: missing");
    EXPECT_EQ(error_of("version: \"1\"\n"), "prices.yaml:1: models: expected a list");
    EXPECT_EQ(error_of(""), "prices.yaml:1: catalogue: expected a mapping");
    EXPECT_EQ(error_of(replaced("128000", "-5")),
              "prices.yaml:12: context_length: expected a whole number, not below zero");
}

constexpr std::string_view kTiers =
    "        prices: {prompt: \"0.2\", completion: \"0.7\"}\n"
    "        tiers:\n"
    "          - {above_prompt_tokens: 1000, prices: {prompt: \"0.4\", completion: \"0.1\"}}\n"
    "          - {above_prompt_tokens: 2000, prices: {prompt: \"0.5\", completion: \"0.9\"}}\n";
constexpr std::string_view kNoTiers = "        prices: {prompt: \"0.2\", completion: \"0.7\"}\n";

TEST(PriceList, ATierHoldsAboveItsBound) {
    const auto list = PriceList::parse(replaced(kNoTiers, kTiers), "prices.yaml");
    ASSERT_TRUE(list) << list.error().message();
    const Endpoint& endpoint = (*list)->find("openai/gpt-4o-mini")->endpoints.at(1);
    EXPECT_EQ(endpoint.prices_for(1000).prompt, 200'000);
    EXPECT_EQ(endpoint.prices_for(1001).prompt, 400'000);
    EXPECT_EQ(endpoint.prices_for(2001).completion, 900'000);
}

TEST(PriceList, TheMostIsThatOfTheDearestTierThePromptCanReach) {
    const auto list = PriceList::parse(replaced(kNoTiers, kTiers), "prices.yaml");
    ASSERT_TRUE(list);
    const Endpoint& endpoint = (*list)->find("openai/gpt-4o-mini")->endpoints.at(1);
    EXPECT_EQ(endpoint.most_for(1000, 0, true), cost_of({.prompt = 1000}, endpoint.prices));
    // Output is cheaper in the second tier: an answer to a shorter prompt would cost more.
    EXPECT_EQ(endpoint.most_for(1001, 10'000, true), cost_of({.prompt = 1000, .completion = 10'000}, endpoint.prices));
    EXPECT_EQ(endpoint.most_for(2001, 10, true), cost_of({.prompt = 2001, .completion = 10}, endpoint.tiers[1].prices));
}

TEST(PriceList, TheMostCoversAPromptThatIsWrittenToADearerCache) {
    Endpoint endpoint;
    endpoint.prices = {.prompt = 200'000, .completion = 700'000, .cache_read = 20'000, .cache_write = 250'000};
    EXPECT_EQ(endpoint.most_for(1000, 10, false),
              cost_of({.prompt = 1000, .completion = 10, .cache_write = 1000}, endpoint.prices));
    endpoint.prices.cache_write = 100'000;
    EXPECT_EQ(endpoint.most_for(1000, 10, false), cost_of({.prompt = 1000, .completion = 10}, endpoint.prices));
}

TEST(PriceList, WhatIsWrittenForAnHourCostsWhatOtherWritesDoUnlessItHasAPrice) {
    const auto prices_of = [](const std::string& prices) {
        const auto list = PriceList::parse(
            "version: a\nmodels:\n  - id: a/b\n    endpoints:\n      - {provider: p, model: m, prices: {" + prices +
                "}}\n",
            "prices.yaml");
        EXPECT_TRUE(list) << list.error().message();
        return (*list)->models()[0].endpoints[0].prices;
    };
    EXPECT_EQ(prices_of("prompt: 1, completion: 5, cache_write: 1.25").cache_write_1h, 1'250'000);
    EXPECT_EQ(prices_of("prompt: 1, completion: 5, cache_write: 1.25, cache_write_1h: 2").cache_write_1h, 2'000'000);
}

TEST(PriceList, TheMostCoversAPromptThatIsWrittenForAnHourWhereThatIsAskedFor) {
    Endpoint endpoint;
    endpoint.prices = {.prompt = 200'000, .completion = 700'000, .cache_write = 250'000, .cache_write_1h = 400'000};
    EXPECT_EQ(
        endpoint.most_for(1000, 10, true),
        cost_of({.prompt = 1000, .completion = 10, .cache_write = 1000, .cache_write_1h = 1000}, endpoint.prices));
    EXPECT_EQ(endpoint.most_for(1000, 10, false),
              cost_of({.prompt = 1000, .completion = 10, .cache_write = 1000}, endpoint.prices))
        << "nobody asked for the hour";
}

TEST(PriceList, BadTiersAreRefusedWithTheirLine) {
    std::string text = replaced(kNoTiers, kTiers);
    text.replace(text.find("2000"), 4, "1000");
    EXPECT_EQ(error_of(text), "prices.yaml:19: above_prompt_tokens: expected more than in the tier before");
}

TEST(PriceList, BrokenYamlIsRefusedWithItsLine) {
    EXPECT_EQ(error_of(replaced("[gpt-4o-mini]", "[gpt-4o-mini")).substr(0, 12), "prices.yaml:");
}

TEST(PriceList, MissingFileIsAnError) {
    const auto list = PriceList::load("/nonexistent/prices.yaml");
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().code(), StatusCode::io);
}

TEST(PriceList, AModelMayReasonUnlessTheListSaysNo) {
    const auto of = [](const std::string& member) {
        const auto list = PriceList::parse("version: a\nmodels:\n  - id: a\n" + member +
                                               "    endpoints:\n      - {provider: p, model: m, service_tiers: [x], "
                                               "server_tools: [y], prices: {prompt: 1, completion: 1}}\n",
                                           "t");
        EXPECT_TRUE(list) << list.error().message();
        EXPECT_EQ((*list)->models()[0].endpoints[0].service_tiers, std::vector<std::string>{"x"});
        EXPECT_EQ((*list)->models()[0].endpoints[0].server_tools, std::vector<std::string>{"y"});
        return (*list)->models()[0].may_reason;
    };
    EXPECT_TRUE(of(""));
    EXPECT_TRUE(of("    reasoning: true\n"));
    EXPECT_FALSE(of("    reasoning: false\n"));
    EXPECT_FALSE(of("    embeddings: true\n"));
}

TEST(PriceList, AModelThatServesOtherCallsNeedsNoPriceOfOutput) {
    const auto list_with = [](const std::string& member) {
        return PriceList::parse("version: a\nmodels:\n  - id: a\n" + member +
                                    "    endpoints:\n      - {provider: p, model: m, prices: {prompt: 1}}\n",
                                "t");
    };
    const auto list = list_with("    serves: [speech, images]\n");
    ASSERT_TRUE(list) << list.error().message();
    const Model& model = (*list)->models()[0];
    EXPECT_EQ(model.serves, (std::vector<std::string>{"speech", "images"}));
    EXPECT_FALSE(model.writes() || model.may_reason);
    EXPECT_EQ(list_with("").error().message(), "t:5: prices: completion: missing");
    EXPECT_TRUE(list_with("    serves: [song]\n").error().message().starts_with("t:4: serves: "));
    EXPECT_TRUE(list_with("    serves: [speech]\n    embeddings: true\n").error().message().contains("serves: not"));
}

TEST(Endpoint, ThePairOfPricesIsThatOfTheTierOrTheProvidersOwn) {
    const Prices low{.prompt = 1}, high{.prompt = 2}, own{.prompt = 3};
    Endpoint endpoint;
    endpoint.prices = low;
    endpoint.tiers = {{.above_prompt_tokens = 100, .prices = high}};
    EXPECT_EQ(endpoint.price_pair_for(100), (PricePair{low, low}));
    EXPECT_EQ(endpoint.price_pair_for(101), (PricePair{high, high}));
    endpoint.tiers.clear();
    endpoint.provider_prices = own;
    EXPECT_EQ(endpoint.price_pair_for(101), (PricePair{low, own}));
}

}  // namespace
}  // namespace tollgate
