#include "gateway/import/litellm_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/catalogue/price_list.h"
#include "gateway/config/config.h"

namespace tollgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

LitellmConfig convert(const std::string& yaml) {
    auto config = convert_litellm_config(yaml, "c.yaml", "1");
    if (!config) ADD_FAILURE() << config.error().message();
    return config ? *config : LitellmConfig();
}

constexpr auto kTwoDeployments = R"(model_list:
  - model_name: gpt-4o
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/MY_KEY
      rpm: 5
    model_info: {input_cost_per_token: 2.5e-06, output_cost_per_token: 0.00001, max_output_tokens: 16384}
  - model_name: gpt-4o
    litellm_params:
      model: hosted_vllm/ours
      api_base: http://10.0.0.7:8000/v1
      api_key: sk-secret-in-the-file
      input_cost_per_token: 1e-07
      output_cost_per_token: 0
  - model_name: embed
    litellm_params: {model: text-embedding-3-small, input_cost_per_token: 2e-8, output_cost_per_token: 0}
    model_info: {mode: embedding}
litellm_settings:
  callbacks: [langfuse]
general_settings:
  master_key: sk-1234
)";

TEST(LitellmConfig, DeploymentsOfAModelAreItsEndpoints) {
    const LitellmConfig config = convert(kTwoDeployments);
    const auto list = PriceList::parse(config.prices, "prices.yaml");
    ASSERT_TRUE(list) << list.error().message() << config.prices;
    const Model* const model = (*list)->find("gpt-4o");
    ASSERT_NE(model, nullptr);
    ASSERT_EQ(model->endpoints.size(), 2U);
    EXPECT_EQ(model->endpoints[0].provider, "openai");
    EXPECT_EQ(model->endpoints[0].upstream_model, "gpt-4o");
    EXPECT_EQ(model->endpoints[0].max_completion_tokens, 16384);
    EXPECT_EQ(cost_of({.prompt = 1'000'000}, model->endpoints[0].prices), NanoUsd{2'500'000'000});
    EXPECT_EQ(cost_of({.completion = 1'000'000}, model->endpoints[0].prices), NanoUsd{10'000'000'000});
    EXPECT_EQ(model->endpoints[1].upstream_model, "ours");
    EXPECT_TRUE((*list)->find("embed")->embeddings);
}

TEST(LitellmConfig, ProvidersAreThoseOfAConfigurationAndHoldNoSecret) {
    const LitellmConfig config = convert(kTwoDeployments);
    EXPECT_THAT(config.providers, Not(HasSubstr("sk-secret")));
    EXPECT_THAT(config.variables, ElementsAre("MY_KEY", "HOSTED_VLLM_API_KEY", "OPENAI_API_KEY"));
    EXPECT_THAT(config.providers,
                HasSubstr("  - name: openai\n    base_url: \"https://api.openai.com/v1\"\n    api_key: ${MY_KEY}\n"));
    EXPECT_THAT(config.providers, HasSubstr("  - name: openai-2\n"));
}

TEST(LitellmConfig, WhatIsNotCarriedOverIsNamedByItsLine) {
    EXPECT_THAT(convert(kTwoDeployments).not_carried,
                ElementsAre("c.yaml:6: model gpt-4o: rpm", "c.yaml:19: litellm_settings.callbacks",
                            "c.yaml:21: general_settings.master_key"));
}

TEST(LitellmConfig, AModelWithoutPriceOrKnownProviderIsLeftOut) {
    const LitellmConfig config = convert(
        "model_list:\n"
        "  - {model_name: a, litellm_params: {model: gpt-4o}}\n"
        "  - {model_name: b, litellm_params: {model: bedrock/x, input_cost_per_token: 1e-6, output_cost_per_token: "
        "1e-6}}\n"
        "  - {model_name: c, litellm_params: {model: hosted_vllm/x}}\n"
        "  - {litellm_params: {}}\n");
    EXPECT_EQ(config.models, 0U);
    EXPECT_THAT(config.not_carried, ElementsAre("c.yaml:2: model a: it has no price, so it cannot be billed",
                                                "c.yaml:3: model b: provider bedrock does not speak OpenAI's API here",
                                                "c.yaml:4: model c: provider hosted_vllm without an address",
                                                "c.yaml:5: a model without a name"));
}

TEST(LitellmConfig, WhatIsNoConfigurationIsRefused) {
    for (const std::string yaml : {"", "a: [", "model_list: 5", "[]"}) {
        EXPECT_FALSE(convert_litellm_config(yaml, "c.yaml", "1")) << yaml;
    }
}

TEST(PricePerMillion, IsExact) {
    EXPECT_EQ(price_per_million("1.5e-07"), "0.15");
    EXPECT_EQ(price_per_million("0.0000025"), "2.5");
    EXPECT_EQ(price_per_million("1E-12"), "0.000001");
    EXPECT_EQ(price_per_million("0"), "0");
    EXPECT_EQ(price_per_million("0.0"), "0");
    EXPECT_EQ(price_per_million("3e-05"), "30");
    EXPECT_EQ(price_per_million("1e+0"), "1000000");
    EXPECT_EQ(price_per_million("0.00000000000001"), "") << "too small to be written";
    for (const std::string_view text : {"", "-1", "1e", "e-7", "1.2.3", "free", "1e99", "nan"}) {
        EXPECT_EQ(price_per_million(text), "") << text;
    }
}

}  // namespace
}  // namespace tollgate
