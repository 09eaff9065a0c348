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
    EXPECT_FALSE(parse_body(parser, std::string_view(padded.data(), padded.size()), 64, kChatNames, facts));
    return facts.extras;
}

using Names = std::vector<std::string>;

Names tools_of(const std::string& members) {
    Names names;
    for (const ServerTool& tool : extras_of(members).server_tools) names.push_back(tool.name);
    return names;
}

TEST(PaidExtras, OrdinaryTiersCostNothingMore) {
    for (const char* const tier : {R"("auto")", R"("default")", R"("standard")", R"("flex")", "null", R"("")"}) {
        EXPECT_TRUE(extras_of(R"("service_tier":)" + std::string(tier)).none()) << tier;
    }
}

TEST(PaidExtras, OtherTiersAreNamed) {
    EXPECT_TRUE(extras_of(R"("service_tier":"flex")").wants_flex);
    EXPECT_FALSE(extras_of(R"("service_tier":"default")").wants_flex);
    EXPECT_EQ(extras_of(R"("service_tier":"priority")").service_tier, "priority");
    EXPECT_EQ(extras_of(R"("service_tier":"scale")").service_tier, "scale");
}

TEST(PaidExtras, SearchingIsOneToolHoweverItIsAskedFor) {
    for (const char* const member :
         {R"("web_search_options":{})", R"("search_parameters":{"mode":"on"})", R"("enable_search":true)",
          R"("tools":[{"type":"web_search"}])", R"("tools":[{"type":"web_search_preview_2025_03_11"}])",
          R"("tools":[{"type":"web_search_20250305"}])", R"("tools":[{"google_search":{}}])",
          R"("web_search_options":{},"tools":[{"type":"web_search"}])"}) {
        EXPECT_EQ(tools_of(member), Names{"web_search"}) << member;
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
    EXPECT_EQ(tools_of(R"("tools":[{"type":"code_interpreter"},{"type":"file_search"},{"type":"file_search"}])"),
              (Names{"code_interpreter", "file_search"}));
    EXPECT_EQ(tools_of(R"("tools":[{"type":"code_execution_20250825"}])"), Names{"code_execution"});
    EXPECT_EQ(tools_of(R"("tools":[{"type":"unheard_of"}])"), Names{"unheard_of"});
    EXPECT_EQ(tools_of(R"("tools":[{"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]}])"),
              Names{});
    EXPECT_EQ(tools_of(R"("tools":[{"type":"namespace","name":"n","tools":[{"type":"web_search"}]}])"),
              Names{"web_search"});
    EXPECT_EQ(tools_of(R"("tools":[{"type":"builtin_function","function":{"name":"$web_search"}}])"),
              Names{"web_search"});
}

TEST(PaidExtras, AToolWithoutATypeIsNamedByItsMember) {
    EXPECT_EQ(tools_of(R"("tools":[{"url_context":{}},{"codeExecution":{}},{"unheard_of":{}}])"),
              (Names{"url_context", "code_execution", "unheard_of"}));
    EXPECT_EQ(tools_of(R"("tools":{"googleSearch":{}})"), Names{"web_search"});
    EXPECT_EQ(tools_of(R"("tools":["file_search"])"), Names{"file_search"});
    EXPECT_EQ(tools_of(R"("tools":[{"type":null,"unheard_of":{}}])"), Names{"unheard_of"});
    for (const char* const client :
         {R"({"function_declarations":[{"name":"f"}]})", R"({"name":"f","parameters":{}})",
          R"({"name":"f","input_schema":{},"returns":{}})", R"({"function":{"name":"f"}})"}) {
        EXPECT_TRUE(extras_of(R"("tools":[)" + std::string(client) + "]").none()) << client;
    }
}

TEST(PaidExtras, AToolOfTheClientHidesNoneOfTheProvider) {
    EXPECT_EQ(tools_of(R"("tools":[{"type":"function","function":{"name":"f"},"google_search":{}}])"),
              Names{"web_search"});
    EXPECT_EQ(tools_of(R"("tools":[{"type":"function","type":"web_search"}])"), Names{"web_search"});
    EXPECT_EQ(tools_of(R"("tools":[],"tools":[{"type":"mcp"}])"), Names{"mcp"});
}

TEST(PaidExtras, FieldsThatAskForAToolAreNamedWithIt) {
    for (const auto& [member, tool, field] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {R"("compound_custom":{"tools":{"enabled_tools":["web_search"]}})", "compound_custom", "compound_custom"},
             {R"("data_sources":[{"type":"azure_search"}])", "data_sources", "data_sources"},
             {R"("connectors":[{"id":"web-search"}])", "connectors", "connectors"},
             {R"("url_context":{})", "url_context", "url_context"},
             {R"("mcp_servers":[{"url":"https://a"}])", "mcp", "mcp_servers"},
             {R"("web_search":{"enable":true})", "web_search", "web_search"},
             {R"("enable_code_interpreter":true)", "code_interpreter", "enable_code_interpreter"},
             {R"("extra_body":{"enable_search":true})", "web_search", "enable_search"}}) {
        const PaidExtras extras = extras_of(member);
        ASSERT_EQ(extras.server_tools.size(), 1U) << member;
        EXPECT_EQ(extras.server_tools[0], (ServerTool{tool, field})) << member;
    }
    for (const char* const off : {R"("web_search":{"enable":false})", R"("connectors":[])", R"("data_sources":null)",
                                  R"("extra_body":{})", R"("extra_body":{"extra_body":{"enable_search":true}})",
                                  R"("compound_custom":null)", R"("search_settings":{"include_domains":["a"]})"}) {
        EXPECT_TRUE(extras_of(off).none()) << off;
    }
}

TEST(PaidExtras, SpeedAndPlaceAreTiers) {
    EXPECT_EQ(extras_of(R"("speed":"fast")").service_tier, "fast");
    EXPECT_EQ(extras_of(R"("speed":"fast")").tier_field, "speed");
    EXPECT_EQ(extras_of(R"("inference_geo":"us")").service_tier, "us");
    EXPECT_EQ(extras_of(R"("service_tier":"priority","speed":"fast")").service_tier, "priority+fast");
    EXPECT_TRUE(extras_of(R"("speed":"standard","inference_geo":"global")").none());
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
    for (const ServerTool& tool : extras.server_tools) EXPECT_LE(tool.name.size(), kMostExtraNameBytes);
}

}  // namespace
}  // namespace tollgate
