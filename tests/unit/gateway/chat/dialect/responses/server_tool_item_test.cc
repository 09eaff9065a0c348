// Items of a history that tell of tools which only OpenAI has: a change of the model does not end the conversation.
#include "gateway/chat/dialect/responses/server_tool_item.h"

#include <gtest/gtest.h>

#include "gateway/chat/dialect/responses/request_reader.h"

namespace tollgate {
namespace {

std::string with_item(const std::string& item) {
    return R"({"model":"m","input":[{"role":"user","content":"q"},)" + item +
           R"(,{"role":"assistant","content":"found"},{"role":"user","content":"n"}]})";
}

TEST(ServerToolItem, WhatWasSearchedAndFoundIsText) {
    const std::string body = with_item(
        R"({"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"x"}})");
    ChatRequest request;
    const Error error = read_responses_request(body, request);
    ASSERT_FALSE(error) << error.detail().message;
    EXPECT_EQ(request.parts.at(1).text, R"([web_search_call {\"type\":\"search\",\"query\":\"x\"}])");
    EXPECT_EQ(request.turns.at(1).role, Turn::Role::assistant);
    EXPECT_EQ(request.restated, std::vector<std::string_view>{"input[].web_search_call"});
    EXPECT_TRUE(request.unknown.empty());
}

TEST(ServerToolItem, WhatMeansNothingElsewhereIsLeftOut) {
    for (const std::string type : {"image_generation_call", "mcp_list_tools"}) {
        const std::string body = with_item(R"({"type":")" + type + R"(","id":"x_1","result":"iVBO"})");
        ChatRequest request;
        const Error error = read_responses_request(body, request);
        ASSERT_FALSE(error) << error.detail().message;
        EXPECT_EQ(request.parts.size(), 3U);
        EXPECT_EQ(request.unknown, std::vector<std::string_view>{"input[]." + type});
    }
}

TEST(ServerToolItem, WhatTheClientRanIsTheUsers) {
    const auto read =
        read_server_tool_item(R"({"type":"local_shell_call_output","output":"a\"b"})", "local_shell_call_output");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->of_client);
    EXPECT_EQ(read->text, R"([local_shell_call_output a\"b])");
    EXPECT_FALSE(read_server_tool_item(R"({"type":"function_call"})", "function_call"));
}

}  // namespace
}  // namespace tollgate
