// Requests of clients of Anthropic's Messages API as upstreams of other dialects get them. Rows D… are kinds of faults
// that were reported of other gateways.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <iostream>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "tests/unit/gateway/chat/dialect/messages/recordings.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;

struct Sent {
    Error error;
    std::string text, dropped, changed;
    json::object body() const {
        EXPECT_FALSE(error) << error.detail().message;
        return json::parse(text).as_object();
    }
};

Sent send(const std::string& body, const UpstreamDialect& to = chat_upstream()) {
    EXPECT_TRUE(is_json(body, 64)) << body;
    ChatRequest request;
    Sent sent;
    TranslationNotes notes;
    sent.error = messages_client().read_request(body, request);
    const Target target{.model = "m", .output_bound = 4096};
    if (!sent.error) sent.error = to.write_request(request, target, sent.text, notes);
    if (!sent.error) EXPECT_TRUE(is_json(sent.text, 128)) << sent.text;
    sent.dropped = notes.dropped.text();
    sent.changed = notes.changed.text();
    return sent;
}

std::string chat(const std::string& messages, const std::string& members = "") {
    return R"({"model":"m","max_tokens":99,"messages":[)" + messages + "]" + members + "}";
}

TEST(MessagesToChat, AToolHasPropertiesAndIsStrictOnlyIfItRequiresThemAll) {
    const auto tool = [](const std::string& schema, const UpstreamDialect& to) {
        const Sent sent = send(chat(R"({"role":"user","content":"go"})",
                                    R"(,"tools":[{"name":"f","strict":true,"input_schema":)" + schema + "}]"),
                               to);
        return json::serialize(sent.body().at("tools").at(0)) + sent.changed;
    };
    const std::string closed = R"({"type":"object","properties":{},"additionalProperties":false})";
    EXPECT_EQ(tool(closed, chat_upstream()),
              R"({"type":"function","function":{"name":"f","parameters":)" + closed + R"(,"strict":true}})");
    EXPECT_EQ(tool(R"({"type":"object"})", chat_upstream()),
              R"({"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}tools)");
    EXPECT_EQ(tool(R"({"type":"object"})", responses_upstream()),
              R"({"type":"function","name":"f","parameters":{"type":"object","properties":{}},"strict":false}tools)");
    EXPECT_EQ(tool(R"({"anyOf":[{"properties":{"a":{}}}]})", responses_upstream()),
              R"({"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{}},"description":)"
              R"("{anyOf: [{\"properties\":{\"a\":{}}}]}"},"strict":false}tools)");
}

TEST(MessagesToChat, OpenAiTakesFourStopSequences) {
    const Sent sent = send(chat(R"({"role":"user","content":"go"})", R"(,"stop_sequences":["a","b","c","d","e"])"));
    EXPECT_EQ(sent.body().at("stop"), json::parse(R"(["a","b","c","d"])"));
    EXPECT_EQ(sent.changed, "stop_sequences");
    EXPECT_EQ(send(chat(R"({"role":"user","content":"go"})", R"(,"stop_sequences":["a"])")).changed, "");
}

TEST(MessagesToResponses, AFileHasAName) {
    const Sent sent = send(chat(R"({"role":"user","content":[{"type":"document","source":{"type":"base64",)"
                                R"("media_type":"application/pdf","data":"JV"}}]})"),
                           responses_upstream());
    EXPECT_EQ(sent.body().at("input").at(0).at("content").at(0).at("filename"), "file.pdf");
}

TEST(MessagesToChat, AnAgentsTurn) {
    const Sent sent = send(chat(
        R"({"role":"user","content":"go"},{"role":"assistant","content":[{"type":"text","text":"t"},{"type":"tool_use","id":"a","name":"f","input":{"x":1}},)"
        R"({"type":"tool_use","id":"b","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":"B"},)"
        R"({"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"A"}]},{"type":"text","text":"on"}]})",
        R"(,"system":"S","tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true})"));
    const json::array messages = sent.body().at("messages").as_array();
    ASSERT_EQ(messages.size(), 6U) << sent.text;
    EXPECT_EQ(messages[0].at("role"), "system");
    EXPECT_EQ(messages[2].at("tool_calls").at(0).at("id"), "a");
    EXPECT_EQ(messages[2].at("tool_calls").at(0).at("function").at("arguments"), R"({"x":1})");
    EXPECT_EQ(messages[3].at("tool_call_id"), "b");
    EXPECT_EQ(messages[4].at("tool_call_id"), "a");
    EXPECT_EQ(messages[5].at("role"), "user");
    EXPECT_EQ(sent.body().at("tool_choice"), "required");
    EXPECT_EQ(sent.body().at("parallel_tool_calls"), false);
}

TEST(MessagesToChat, D15ResultsOfEarlierSearchesAreText) {
    const Sent sent = send(chat(
        R"({"role":"user","content":"go"},{"role":"assistant","content":[{"type":"server_tool_use","id":"s","name":"web_search",)"
        R"("input":{"query":"x"}},{"type":"web_search_tool_result","tool_use_id":"s","content":[{"url":"https://a","title":"A"}]},)"
        R"({"type":"text","text":"found"}]},{"role":"user","content":"on"})"));
    EXPECT_NE(sent.text.find("A (https://a)"), std::string::npos);
    EXPECT_EQ(sent.changed, "messages[].content[].server_tool_use, messages[].content[].web_search_tool_result");
}

TEST(MessagesToChat, D27AnInstructionInTheMiddleKeepsItsPlace) {
    const Sent sent = send(chat(R"({"role":"user","content":"1"},{"role":"assistant","content":"2"},)"
                                R"({"role":"system","content":"from now on French"},{"role":"user","content":"3"})"));
    const json::array messages = sent.body().at("messages").as_array();
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(messages[2].at("role"), "system");
}

TEST(MessagesToChat, D36WhatHasNoCounterpartIsNamed) {
    const Sent sent = send(
        chat(R"({"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf",)"
             R"("data":"JVBE"},"citations":{"enabled":true},"context":"C"}]})",
             R"(,"top_k":5,"container":"c","output_config":{"task_budget":{"total":1}})"));
    for (const std::string_view name :
         {"container", "output_config.task_budget", "messages[].content[].citations", "messages[].content[].context"}) {
        EXPECT_NE(sent.dropped.find(name), std::string::npos) << name << " in " << sent.dropped;
    }
}

TEST(MessagesToChat, ThinkingIsAnEffort) {
    const Sent sent = send(chat(R"({"role":"user","content":"hi"})",
                                R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"low"})"));
    EXPECT_NE(sent.text.find("\"low\""), std::string::npos) << sent.text;
}

// Whatever a recorded client asked for reaches an upstream of each dialect, or is refused by the name of a field.
TEST(MessagesToOthers, RecordedRequests) {
    int chats = 0, refused = 0;
    for (const UpstreamDialect* const to : {&chat_upstream(), &gemini_upstream(), &converse_upstream()}) {
        for (const char* const kind : {"json", "stream"}) {
            for (const Recording& recording : recordings(kind, ".request")) {
                SCOPED_TRACE(recording.name);
                if (!json::parse(recording.body).as_object().contains("max_tokens")) continue;  // count_tokens
                const Sent sent = send(recording.body, *to);
                ++(sent.error ? refused : chats);
                if (sent.error) EXPECT_FALSE(sent.error.detail().param.empty()) << sent.error.detail().message;
            }
        }
    }
    if (chats == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << chats << " recorded requests written for three dialects, " << refused << " refused by name\n";
    EXPECT_GT(chats, 100);
}

}  // namespace
}  // namespace tollgate::messages_test
