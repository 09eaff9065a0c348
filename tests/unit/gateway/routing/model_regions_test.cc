// Models that are named by an ARN, and providers of other regions.
#include "gateway/routing/model_regions.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

Provider provider_of(const ProviderConfig& config) { return *Provider::from(config, 0); }

ProviderConfig at(const std::string& base_url) {
    ProviderConfig config;
    config.name = "bedrock";
    config.base_url = base_url;
    config.dialect = ProviderDialect::converse;
    config.api_key = "id:secret";
    return config;
}

ProviderConfig signing(const std::string& region) {
    ProviderConfig config = at("https://vpce-1.example/");
    config.auth = ProviderAuth::sigv4;
    config.aws_region = region;
    return config;
}

ProviderConfig with_host(const std::string& host) { return at("https://" + host); }

// What is wrong; empty: nothing.
std::string wrong_with(const std::string& model, const ProviderConfig& config) {
    const auto prices = PriceList::parse(
        "version: \"1\"\nmodels:\n  - id: anthropic/claude\n    endpoints:\n"
        "      - {provider: elsewhere, model: \"arn:aws:bedrock:mars-1::x\", prices: "
        "{prompt: \"1\", completion: \"2\"}}\n"
        "      - {provider: bedrock, model: \"" +
            model + "\", prices: {prompt: \"1\", completion: \"2\"}}\n",
        "prices.yaml");
    std::vector<Provider> providers;
    providers.push_back(provider_of(config));
    return check_regions(**prices, providers).message();
}

const std::string kArn = "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc";

TEST(ModelRegions, D59AnArnOfAnotherRegionThanItsProvidersIsRefusedWithARemedy) {
    for (const ProviderConfig& config : {signing("us-east-1"), with_host("bedrock-runtime.us-east-1.amazonaws.com"),
                                         with_host("bedrock-runtime-fips.us-east-1.amazonaws.com")}) {
        const std::string said = wrong_with(kArn, config);
        for (const char* const word : {"anthropic/claude", "bedrock", "us-west-2", "us-east-1", "aws_region"}) {
            EXPECT_NE(said.find(word), std::string::npos) << said;
        }
    }
}

TEST(ModelRegions, D59WhatIsInItsProvidersRegionOrNamesNoneIsNot) {
    EXPECT_EQ(wrong_with(kArn, signing("us-west-2")), "");
    EXPECT_EQ(wrong_with(kArn, with_host("bedrock-runtime.us-west-2.amazonaws.com")), "");
    EXPECT_EQ(wrong_with(kArn, with_host("gateway.example")), "") << "who knows where that is";
    EXPECT_EQ(wrong_with("us.anthropic.claude", signing("us-east-1")), "");
    EXPECT_EQ(wrong_with("arn:aws:s3:::model", signing("us-east-1")), "") << "it names no region";
}

TEST(ModelRegions, AProviderIsWhereItIsSignedForOrWhereItsHostIs) {
    EXPECT_EQ(region_of(provider_of(signing("eu-west-1"))), "eu-west-1");
    EXPECT_EQ(region_of(provider_of(with_host("bedrock-runtime.cn-north-1.amazonaws.com.cn"))), "cn-north-1");
    EXPECT_EQ(region_of(provider_of(with_host("bedrock-runtime.us-east-1.example"))), "");
}

}  // namespace
}  // namespace tollgate
