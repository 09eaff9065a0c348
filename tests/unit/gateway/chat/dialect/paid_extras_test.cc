// What of a request costs more than its tokens.
#include "gateway/chat/dialect/paid_extras.h"

#include <gtest/gtest.h>

#include "gateway/chat/dialect/openai_request.h"

namespace tollgate {
namespace {

PaidExtras extras_of(const std::string& members) {
    const simdjson::padded_string padded(R"({"messages":[{"content":"hello"}],)" + members + "}");
    JsonParser parser;
    BodyFacts facts;
    EXPECT_FALSE(parse_body(parser, std::string_view(padded.data(), padded.size()), 64, ModelCall::chat, facts));
    return facts.extras;
}

using Names = std::vector<std::string>;

TEST(PaidExtras, OrdinaryTiersCostNothingMore) {
    for (const char* const tier : {R"("auto")", R"("default")", R"("standard")", R"("flex")", "null", R"("")"}) {
        EXPECT_TRUE(extras_of(R"("service_tier":)" + std::string(tier)).none()) << tier;
    }
}

TEST(PaidExtras, OtherTiersAreNamed) {
    EXPECT_EQ(extras_of(R"("service_tier":"priority")").service_tier, "priority");
    EXPECT_EQ(extras_of(R"("service_tier":"scale")").service_tier, "scale");
}

TEST(PaidExtras, SearchingIsOneToolHoweverItIsAskedFor) {
    for (const char* const member :
         {R"("web_search_options":{})", R"("search_parameters":{"mode":"on"})", R"("enable_search":true)",
          R"("tools":[{"type":"web_search"}])", R"("tools":[{"type":"web_search_preview_2025_03_11"}])",
          R"("tools":[{"type":"web_search_20250305"}])", R"("tools":[{"google_search":{}}])",
          R"("web_search_options":{},"tools":[{"type":"web_search"}])"}) {
        EXPECT_EQ(extras_of(member).server_tools, Names{"web_search"}) << member;
    }
    for (const char* const member :
         {R"("web_search_options":null)", R"("search_parameters":{"mode":"off"})", R"("enable_search":false)"}) {
        EXPECT_TRUE(extras_of(member).none()) << member;
    }
}

TEST(PaidExtras, ToolsThatTheClientRunsCostNothingMore) {
    EXPECT_TRUE(
        extras_of(R"("tools":[{"type":"function","function":{"name":"web_search"}},{"type":"custom"},5])").none());
}

TEST(PaidExtras, ToolsThatTheProviderRunsAreNamedWithoutTheirVersions) {
    EXPECT_EQ(extras_of(R"("tools":[{"type":"code_interpreter"},{"type":"file_search"},{"type":"file_search"}])")
                  .server_tools,
              (Names{"code_interpreter", "file_search"}));
    EXPECT_EQ(extras_of(R"("tools":[{"type":"code_execution_20250825"}])").server_tools, Names{"code_execution"});
}

TEST(PaidExtras, OutputBesideTextIsNamed) {
    EXPECT_EQ(extras_of(R"("modalities":["text","audio"])").outputs, Names{"audio"});
    EXPECT_TRUE(extras_of(R"("modalities":["text"])").none());
}

TEST(PaidExtras, NamesAreBounded) {
    std::string tools;
    for (int i = 0; i < 100; ++i)
        tools += (i == 0 ? "" : ",") +
                 (R"({"type":"t)" + std::string(200, static_cast<char>('a' + i % 26)) + std::to_string(i)) + "x\"}";
    const PaidExtras extras = extras_of(R"("tools":[)" + tools + "]");
    EXPECT_LE(extras.server_tools.size(), kMostExtraNames);
    for (const std::string& name : extras.server_tools) EXPECT_LE(name.size(), kMostExtraNameBytes);
}

}  // namespace
}  // namespace tollgate
