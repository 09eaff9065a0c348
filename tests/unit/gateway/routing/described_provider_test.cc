#include "gateway/routing/described_provider.h"

#include <gtest/gtest.h>

#include "gateway/routing/provider.h"

namespace tollgate {
namespace {

const PriceList& shipped() {
    static const auto list = PriceList::load(std::string("configs/catalogue"));
    if (!list) throw std::runtime_error(list.error().message());
    return **list;
}

ProviderConfig named(const std::string& name) {
    ProviderConfig provider;
    provider.name = name;
    provider.api_key = "id:secret";
    return provider;
}

// As describe_providers leaves it, or what it says is wrong.
std::string describe(ProviderConfig& provider, const PriceList& catalogue = shipped()) {
    Config config;
    config.providers = {provider};
    const Status status = describe_providers(config, catalogue);
    provider = config.providers.front();
    return status.message();
}

TEST(DescribedProvider, WithoutABaseUrlIsTheOneOfTheCatalogue) {
    ProviderConfig provider = named("anthropic");
    EXPECT_EQ(describe(provider), "");
    EXPECT_EQ(provider.base_url, "https://api.anthropic.com/v1");
    EXPECT_EQ(provider.dialect, ProviderDialect::messages);
    EXPECT_EQ(provider.auth, ProviderAuth::x_api_key);
    provider = named("openai");
    EXPECT_EQ(describe(provider), "");
    EXPECT_EQ(provider.output_bound_parameter, OutputBoundParameter::max_completion_tokens);
    provider = named("google-ai-studio");
    EXPECT_EQ(describe(provider), "");
    EXPECT_FALSE(provider.abort_stops_billing);
    provider = named("xai");
    EXPECT_EQ(describe(provider), "");
    EXPECT_FALSE(provider.reasoning_in_completion);
    provider = named("mistral");
    EXPECT_EQ(describe(provider), "");
    EXPECT_NE(std::ranges::find(provider.quirks, "random-seed"), provider.quirks.end());
}

TEST(DescribedProvider, WithABaseUrlOfItsOwnHasTheQuirksOfItsNameToo) {
    ProviderConfig provider = named("vllm");
    provider.base_url = "http://gpu.internal:8000/v1";
    provider.quirks = {"no-stream-options"};
    EXPECT_EQ(describe(provider), "");
    const auto made = Provider::from(provider, 0);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_TRUE(made->quirks.has(Quirk::template_thinking));
    EXPECT_TRUE(made->quirks.has(Quirk::no_stream_options));
    provider = named("ours");
    provider.base_url = "http://gpu.internal:8000/v1";
    EXPECT_EQ(describe(provider), "");
    EXPECT_TRUE(provider.quirks.empty());
}

TEST(DescribedProvider, WithABaseUrlOfItsOwnInheritsNoMore) {
    ProviderConfig provider = named("anthropic");
    provider.base_url = "https://proxy.example/v1";
    EXPECT_EQ(describe(provider), "");
    EXPECT_EQ(provider.base_url, "https://proxy.example/v1");
    EXPECT_EQ(provider.dialect, ProviderDialect::chat);
    EXPECT_EQ(provider.auth, ProviderAuth::of_dialect);
    EXPECT_TRUE(provider.quirks.empty());
}

TEST(DescribedProvider, ThatNobodyDescribesNeedsABaseUrl) {
    ProviderConfig provider = named("ours");
    EXPECT_EQ(describe(provider), "provider ours needs base_url: the catalogue does not describe it");
}

TEST(DescribedProvider, AnAddressWithBlanksWantsThemFilled) {
    ProviderConfig provider = named("amazon-bedrock");
    EXPECT_EQ(describe(provider), "provider amazon-bedrock: needs aws_region");
    provider.aws_region = "eu-central-1";
    EXPECT_EQ(describe(provider), "");
    EXPECT_EQ(provider.base_url, "https://bedrock-runtime.eu-central-1.amazonaws.com");
    EXPECT_EQ(provider.auth, ProviderAuth::sigv4);
    provider = named("azure");
    EXPECT_EQ(describe(provider), "provider azure: needs base_url, as https://{resource}.openai.azure.com/openai/v1");
}

TEST(DescribedProvider, AKeyThatCannotSignIsRefusedUnlessAnotherAuthIsChosen) {
    ProviderConfig provider = named("amazon-bedrock");
    provider.aws_region = "us-east-1";
    provider.api_key = "a bearer key";
    EXPECT_EQ(describe(provider), "provider amazon-bedrock: api_key must be id:secret, as auth is sigv4");
    provider.base_url.clear();
    provider.auth = ProviderAuth::bearer;
    EXPECT_EQ(describe(provider), "");
    EXPECT_EQ(provider.auth, ProviderAuth::bearer);
}

TEST(DescribedProvider, AQuirkThatTheGatewayDoesNotKnowIsRefused) {
    const auto list = PriceList::parse(R"(version: "1"
providers:
  - {slug: p, name: P, dialect: chat, base_url: "http://p/v1", auth: bearer, quirks: [shouts]}
)",
                                       "t");
    ASSERT_TRUE(list) << list.error().message();
    ProviderConfig provider = named("p");
    EXPECT_EQ(describe(provider, **list), "provider p: the catalogue's quirk 'shouts' is not known");
}

TEST(DescribedProvider, EachOfTheShippedOnesCanBeUsed) {
    for (const ProviderFacts& facts : shipped().providers()) {
        if (facts.base_url.find('{') != std::string::npos) continue;
        ProviderConfig provider = named(facts.slug);
        EXPECT_EQ(describe(provider), "");
        const auto made = Provider::from(provider, 0);
        EXPECT_TRUE(made) << made.error().message();
    }
}

}  // namespace
}  // namespace tollgate
