// Rows D… are kinds of faults that were reported of other gateways.
#include <gtest/gtest.h>

#include "tests/unit/gateway/chat/dialect/messages/answer_fixture.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;

std::string plain_body(const std::string& content, const std::string& reason,
                       const std::string& usage = R"({"input_tokens":5,"output_tokens":3})") {
    return R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[)" + content +
           R"(],"stop_reason":")" + reason + R"(","stop_sequence":null,"usage":)" + usage + "}";
}

TEST(AnthropicAnswer, Text) {
    const Plain plain =
        read_plain(plain_body(R"({"type":"text","text":"h\u00e9 "},{"type":"text","text":"\"x\""})", "end_turn"));
    EXPECT_EQ(plain.answer(), json::parse(R"({"id":"msg_1","object":"chat.completion","created":7,
        "model":"anthropic/claude","choices":[{"index":0,"message":{"role":"assistant","content":"hé \"x\"",
        "refusal":null},"logprobs":null,"finish_reason":"stop"}],
        "usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"cost":0.5}})"));
    EXPECT_NE(plain.text.find(R"("content":"h\u00e9 \"x\"")"), std::string::npos) << "as it is spelt";
    EXPECT_EQ(plain.facts->text.bytes, 7);
    EXPECT_EQ(plain.facts->finish_reason, "stop");
    EXPECT_EQ(plain.facts->id, "msg_1");
    EXPECT_TRUE(plain.facts->choices);
}

TEST(AnthropicAnswer, OpenRoutersClientsGetItsLabels) {
    const Plain plain =
        read_plain(plain_body(R"({"type":"thinking","thinking":"t","signature":"S"},{"type":"text","text":"a"})",
                              "model_context_window_exceeded"),
                   openrouter_inbound());
    EXPECT_EQ(plain.answer().at("id"), "gen-1");
    EXPECT_EQ(plain.answer().at("provider"), "anthropic");
    EXPECT_EQ(plain.answer().at_pointer("/choices/0/finish_reason"), "length");
    EXPECT_EQ(plain.answer().at_pointer("/choices/0/native_finish_reason"), "model_context_window_exceeded");
    EXPECT_EQ(plain.message().at("reasoning"), "t");
}

TEST(AnthropicAnswer, ReasoningKeepsWhatMustComeBack) {
    const Plain plain = read_plain(plain_body(R"({"type":"thinking","thinking":"why","signature":"S+/="},)"
                                              R"({"type":"redacted_thinking","data":"D"},{"type":"text","text":"a"})",
                                              "end_turn"));
    EXPECT_EQ(plain.message(), json::parse(R"({"role":"assistant","content":"a","refusal":null,
        "reasoning_content":"why","reasoning_details":[
          {"type":"reasoning.text","text":"why","signature":"S+/=","format":"anthropic-claude-v1","index":0},
          {"type":"reasoning.encrypted","data":"D","format":"anthropic-claude-v1","index":1}]})"));
    EXPECT_EQ(plain.facts->text.reasoning_bytes, 3);
    EXPECT_EQ(plain.facts->text.bytes, 4);
}

TEST(AnthropicAnswer, ParallelCalls) {
    const Plain plain = read_plain(
        plain_body(R"({"type":"tool_use","id":"toolu_a","name":"f","input":{"p":"a\"b","n":12345678901234567890123}},)"
                   R"({"type":"tool_use","id":"toolu_b","name":"g","input":{}})",
                   "tool_use"));
    const json::value message = plain.message();
    EXPECT_TRUE(message.at("content").is_null());
    EXPECT_EQ(message.at("tool_calls").as_array().size(), 2U);
    EXPECT_EQ(message.at_pointer("/tool_calls/0/id"), "toolu_a");
    EXPECT_EQ(message.at_pointer("/tool_calls/0/type"), "function");
    EXPECT_EQ(message.at_pointer("/tool_calls/0/function/arguments"), R"({"p":"a\"b","n":12345678901234567890123})");
    EXPECT_EQ(message.at_pointer("/tool_calls/1/function/arguments"), "{}");
    EXPECT_EQ(plain.answer().at_pointer("/choices/0/finish_reason"), "tool_calls");
    EXPECT_EQ(plain.facts->text.tool_calls, 2);
}

TEST(AnthropicAnswer, D11CallsEndAnAnswerWhateverItsReasonSays) {
    const std::string call = R"({"type":"tool_use","id":"a","name":"f","input":{}})";
    const auto reason = [&](const std::string& native) {
        return read_plain(plain_body(call, native)).answer().at_pointer("/choices/0/finish_reason");
    };
    EXPECT_EQ(reason("end_turn"), "tool_calls");
    EXPECT_EQ(reason("max_tokens"), "length");
}

TEST(AnthropicAnswer, AnAnswerWithoutAReasonHasOne) {
    const Plain plain =
        read_plain(R"({"id":"m","type":"message","content":[{"type":"text","text":"a"}],"stop_reason":null})");
    EXPECT_EQ(plain.finish_reason(), "stop");
}

TEST(AnthropicAnswer, D39RefusalWithoutContent) {
    const Plain plain = read_plain(plain_body("", "refusal", R"({"input_tokens":50,"output_tokens":0})"));
    EXPECT_EQ(plain.message().at("content"), "");
    EXPECT_EQ(plain.answer().at_pointer("/choices/0/finish_reason"), "content_filter");
    EXPECT_EQ(plain.answer().at_pointer("/usage/prompt_tokens"), 50);
}

TEST(AnthropicAnswer, D47CacheIsPartOfThePrompt) {
    const Plain plain = read_plain(plain_body(
        R"({"type":"text","text":"a"})", "end_turn",
        R"({"input_tokens":10,"cache_creation_input_tokens":1000,"cache_read_input_tokens":7,"output_tokens":5})"));
    const json::value usage = plain.answer().at("usage");
    EXPECT_EQ(usage.at("prompt_tokens"), 1017);
    EXPECT_EQ(usage.at("completion_tokens"), 5);
    EXPECT_EQ(usage.at_pointer("/prompt_tokens_details/cached_tokens"), 7);
    EXPECT_EQ(usage.at_pointer("/prompt_tokens_details/cache_write_tokens"), 1000);
}

TEST(AnthropicAnswer, BlocksOfItsOwnToolsAreNoPartOfTheAnswer) {
    const Plain plain = read_plain(
        plain_body(R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}},)"
                   R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]},{"type":"text","text":"found"})",
                   "end_turn"));
    EXPECT_EQ(plain.message(), json::parse(R"({"role":"assistant","content":"found","refusal":null})"));
}

TEST(AnthropicAnswer, WhatIsNoAnswer) {
    EXPECT_EQ(read_plain(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})").read,
              AnswerRead::error);
    EXPECT_EQ(read_plain(R"({"error":{"message":"no"}})").read, AnswerRead::error);
    EXPECT_EQ(read_plain(R"({"choices":[]})").read, AnswerRead::invalid);
    EXPECT_EQ(read_plain("[]").read, AnswerRead::invalid);
}

std::string event(const std::string& type, const std::string& members = {}) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (members.empty() ? "" : ",") + members + "}\n\n";
}

const std::string kStart =
    event("message_start",
          R"("message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":12,)"
          R"("cache_read_input_tokens":3,"cache_creation_input_tokens":0,"output_tokens":1}})");

std::string start(int index, const std::string& block) {
    return event("content_block_start", "\"index\":" + std::to_string(index) + ",\"content_block\":{" + block + "}");
}
std::string delta(int index, const std::string& members) {
    return event("content_block_delta", "\"index\":" + std::to_string(index) + ",\"delta\":{" + members + "}");
}
std::string stop(int index) { return event("content_block_stop", "\"index\":" + std::to_string(index)); }
std::string text(const std::string& words) { return R"("type":"text_delta","text":")" + words + "\""; }
std::string input(const std::string& spelt) { return R"("type":"input_json_delta","partial_json":")" + spelt + "\""; }

std::string end(const std::string& reason) {
    return event("message_delta",
                 R"("delta":{"stop_reason":")" + reason + R"(","stop_sequence":null},"usage":{"output_tokens":9})") +
           event("message_stop");
}

const std::string kText = R"("type":"text","text":"")";

std::string tool(const std::string& id, const std::string& name) {
    return R"("type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":{})";
}

TEST(AnthropicStream, Text) {
    const Streamed stream = read_stream(kStart + event("ping") + start(0, kText) + delta(0, text("h\\u00e9")) +
                                        delta(0, text("llo")) + stop(0) + end("end_turn"));
    EXPECT_EQ(
        stream.out,
        "data: {\"id\":\"msg_1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"anthropic/claude\","
        "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
        ": ping\n"
        "data: {\"id\":\"msg_1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"anthropic/claude\","
        "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"h\\u00e9\"},\"finish_reason\":null}]}\n\n"
        "data: {\"id\":\"msg_1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"anthropic/claude\","
        "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"llo\"},\"finish_reason\":null}]}\n\n"
        "data: {\"id\":\"msg_1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"anthropic/claude\","
        "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        "data: {\"id\":\"msg_1\",\"model\":\"anthropic/claude\",\"object\":\"chat.completion.chunk\",\"created\":7,"
        "\"choices\":[],\"usage\":{\"prompt_tokens\":15,\"completion_tokens\":9,\"total_tokens\":24,"
        "\"prompt_tokens_details\":{\"cached_tokens\":3},\"cost\":0.5}}\n\n"
        "data: [DONE]\n\n");
    EXPECT_TRUE(stream.facts.done);
    EXPECT_TRUE(stream.facts.has_choices);
    EXPECT_EQ(stream.facts.content_events, 2);
    EXPECT_EQ(stream.facts.text.bytes, 6);
    EXPECT_EQ(stream.facts.finish_reason, "stop");
}

TEST(AnthropicStream, D1CallsAreCountedAmongTheCalls) {
    const Streamed stream =
        read_stream(kStart + start(0, kText) + delta(0, text("I'll look")) + stop(0) + start(1, tool("toolu_a", "f")) +
                    delta(1, input("{\\\"x\\\":")) + delta(1, input("1}")) + stop(1) + start(2, tool("toolu_b", "g")) +
                    delta(2, input("")) + stop(2) + end("tool_use"));
    const std::vector<json::value> deltas = stream.deltas();
    ASSERT_EQ(deltas.size(), 8U);
    EXPECT_EQ(deltas[2], json::parse(R"({"tool_calls":[{"index":0,"id":"toolu_a","type":"function",
        "function":{"name":"f","arguments":""}}]})"));
    EXPECT_EQ(deltas[3], json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]})"));
    EXPECT_EQ(deltas[4], json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]})"));
    EXPECT_EQ(deltas[5], json::parse(R"({"tool_calls":[{"index":1,"id":"toolu_b","type":"function",
        "function":{"name":"g","arguments":""}}]})"));
    EXPECT_EQ(deltas[6], json::parse(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})"))
        << "no arguments are an empty object";
    EXPECT_EQ(stream.facts.finish_reason, "tool_calls");
}

TEST(AnthropicStream, D3ArgumentsThatComeWithTheBeginningAreToldOnce) {
    const Streamed stream =
        read_stream(kStart + start(0, R"("type":"tool_use","id":"a","name":"f","input":{"x":{"y":1}})") + stop(0) +
                    end("tool_use"));
    const std::vector<json::value> deltas = stream.deltas();
    ASSERT_EQ(deltas.size(), 4U);
    EXPECT_EQ(deltas[2], json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":{\"y\":1}}"}}]})"));
}

TEST(AnthropicStream, D3ArgumentsOfABlockThatIsNeverStoppedAreTold) {
    for (const std::string& last : {end("tool_use"), event("message_stop")}) {
        const Streamed stream =
            read_stream(kStart + start(0, R"("type":"tool_use","id":"a","name":"f","input":{"x":1})") +
                        start(1, tool("b", "g")) + last);
        const std::vector<json::value> deltas = stream.deltas();
        ASSERT_EQ(deltas.size(), 6U);
        EXPECT_EQ(deltas[3], json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]})"));
        EXPECT_EQ(deltas[4], json::parse(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})"));
        EXPECT_EQ(stream.facts.finish_reason, "tool_calls");
    }
}

TEST(AnthropicStream, AnEndWithoutAReasonHasOne) {
    for (const std::string& last :
         {std::string(), event("message_delta", R"("delta":{"stop_reason":null},"usage":{"output_tokens":9})")}) {
        const Streamed stream =
            read_stream(kStart + start(0, kText) + delta(0, text("a")) + stop(0) + last + event("message_stop"));
        EXPECT_EQ(stream.facts.finish_reason, "stop");
        EXPECT_NE(stream.out.find(R"("finish_reason":"stop")"), std::string::npos);
    }
}

TEST(AnthropicStream, D2FragmentsGoToTheirOwnCall) {
    const Streamed stream =
        read_stream(kStart + start(0, tool("a", "f")) + start(1, tool("b", "g")) + delta(0, input("{\\\"x\\\":1}")) +
                    delta(1, input("{\\\"y\\\":2}")) + stop(1) + stop(0) + end("tool_use"));
    const std::vector<json::value> deltas = stream.deltas();
    EXPECT_EQ(deltas[3], json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]})"));
    EXPECT_EQ(deltas[4], json::parse(R"({"tool_calls":[{"index":1,"function":{"arguments":"{\"y\":2}"}}]})"));
}

TEST(AnthropicStream, ASignatureMayStandWhereItsBlockBegins) {
    const Streamed stream =
        read_stream(kStart + start(0, R"("type":"thinking","thinking":"abc","signature":"S")") + stop(0));
    json::array details;
    for (const json::value& delta : stream.deltas()) {
        const auto* const found = delta.as_object().if_contains("reasoning_details");
        if (found != nullptr) details.push_back(found->at(0));
    }
    ASSERT_EQ(details.size(), 2U);
    EXPECT_EQ(details[0].at("text"), "abc");
    EXPECT_EQ(details[1].at("signature"), "S");
}

TEST(AnthropicStream, D22ReasoningAndItsSignature) {
    const Streamed stream = read_stream(kStart + start(0, R"("type":"thinking","thinking":"","signature":"")") +
                                            delta(0, R"("type":"thinking_delta","thinking":"why")") +
                                            delta(0, R"("type":"signature_delta","signature":"S+/=")") + stop(0) +
                                            start(1, R"("type":"redacted_thinking","data":"D")") + stop(1) +
                                            start(2, kText) + delta(2, text("a")) + stop(2) + end("end_turn"),
                                        SIZE_MAX, openrouter_inbound());
    const std::vector<json::value> deltas = stream.deltas();
    ASSERT_EQ(deltas.size(), 6U);
    EXPECT_EQ(deltas[1], json::parse(R"({"reasoning":"why","reasoning_details":[{"type":"reasoning.text","text":"why",
        "format":"anthropic-claude-v1","index":0}]})"));
    EXPECT_EQ(deltas[2], json::parse(R"({"reasoning_details":[{"type":"reasoning.text","signature":"S+/=",
        "format":"anthropic-claude-v1","index":0}]})"));
    EXPECT_EQ(deltas[3], json::parse(R"({"reasoning_details":[{"type":"reasoning.encrypted","data":"D",
        "format":"anthropic-claude-v1","index":1}]})"));
    EXPECT_EQ(stream.chunks()[0].at("id"), "gen-1");
    EXPECT_EQ(stream.chunks()[0].at("provider"), "anthropic");
    EXPECT_EQ(stream.facts.text.reasoning_bytes, 3);
}

TEST(AnthropicStream, D54ErrorsAreNoEvents) {
    const std::string error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n";
    const Streamed first = read_stream(error);
    EXPECT_TRUE(first.facts.error_event);
    EXPECT_EQ(first.out, "");
    const Streamed later = read_stream(kStart + start(0, kText) + delta(0, text("a")) + error);
    EXPECT_TRUE(later.facts.error_event);
    EXPECT_EQ(later.deltas().size(), 2U);
    EXPECT_EQ(later.out.find("[DONE]"), std::string::npos);
}

TEST(AnthropicStream, D51AStreamThatIsCutDoesNotEnd) {
    const Streamed stream = read_stream(kStart + start(0, tool("a", "f")) + delta(0, input("{\\\"x\\\"")));
    EXPECT_FALSE(stream.facts.done);
    EXPECT_EQ(stream.facts.finish_reason, "");
    EXPECT_EQ(stream.out.find("[DONE]"), std::string::npos);
}

// Some providers of this dialect leave its first event out, or send it twice.
TEST(AnthropicStream, AnAnswerBeginsOnceWhateverTheProviderSends) {
    MessagesEventReader reader;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    for (const std::string_view data :
         {R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"a"}})",
          R"({"type":"message_start","message":{"id":"msg_1"}})",
          R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})"}) {
        reader.read({}, data, facts, events);
    }
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].kind, AnswerEvent::Kind::begin);
    EXPECT_EQ(events[1].kind, AnswerEvent::Kind::text);
    EXPECT_EQ(events[2].kind, AnswerEvent::Kind::finish);
}

TEST(AnthropicStream, DeltasOfNoOpenBlockAreInvalid) {
    for (const std::string& wrong : {delta(0, text("a")), start(0, kText) + stop(0) + delta(0, text("a")), stop(3),
                                     delta(-1, text("a")), start(1'000'000, kText)}) {
        EXPECT_TRUE(read_stream(kStart + wrong).facts.invalid) << wrong;
    }
    EXPECT_TRUE(read_stream(kStart + "data: {\"type\":\"ping\"\n\n").facts.invalid);
}

TEST(AnthropicStream, EventsThatAreNotKnownSayNothing) {
    const Streamed stream =
        read_stream(kStart + event("something_new", "\"x\":1") + start(0, R"("type":"hologram","x":1)") +
                    delta(0, R"("type":"hologram_delta","x":1)") + stop(0) + start(1, kText) +
                    delta(1, R"("type":"citations_delta","citation":{})") + delta(1, text("a")) + end("end_turn"));
    EXPECT_EQ(stream.facts.text.bytes, 1);
}

TEST(AnthropicStream, SplitsMakeNoDifference) {
    const std::string body = kStart + start(0, kText) + delta(0, text("h\xc3\xa9")) + stop(0) +
                             start(1, tool("a", "f")) + delta(1, input("{}")) + stop(1) + end("tool_use");
    const std::string whole = read_stream(body).out;
    for (const std::size_t piece : {1, 2, 7, 61}) EXPECT_EQ(read_stream(body, piece).out, whole) << piece;
}

}  // namespace
}  // namespace tollgate::messages_test
