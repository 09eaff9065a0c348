// Answers of Bedrock's Converse. Rows D… are kinds of faults that were reported of other gateways.
#include <gtest/gtest.h>

#include "tests/unit/gateway/chat/dialect/converse/answer_fixture.h"
#include "tests/unit/gateway/chat/reader/aws_frames.h"

namespace tollgate::converse_test {
namespace {

using aws_frames::event;
using aws_frames::exception;

const std::string kBegin = event("messageStart", R"({"p":"abc","role":"assistant"})");
const std::string kMetadata = event("metadata", R"({"metrics":{"latencyMs":1},"p":"ab","usage":{"inputTokens":10,)"
                                                R"("outputTokens":5,"totalTokens":22,"cacheReadInputTokens":3,)"
                                                R"("cacheWriteInputTokens":4}})");

std::string delta(int index, const std::string& change) {
    return event("contentBlockDelta",
                 R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"delta":)" + change + R"(,"p":"a"})");
}
std::string start(int index, const std::string& what) {
    return event("contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"start":)" + what + "}");
}
std::string tool(int index, const std::string& id, const std::string& name) {
    return start(index, R"({"toolUse":{"toolUseId":")" + id + R"(","name":")" + name + R"(","type":"tool_use"}})");
}
std::string end_block(int index) {
    return event("contentBlockStop", R"({"contentBlockIndex":)" + std::to_string(index) + "}");
}
std::string stop(const std::string& reason) { return event("messageStop", R"({"stopReason":")" + reason + "\"}"); }

TEST(ConverseStream, Text) {
    const Reading reading = read_stream(kBegin + delta(0, R"({"text":"h\u00e9"})") + delta(0, R"({"text":"!"})") +
                                        end_block(0) + stop("end_turn") + kMetadata);
    EXPECT_EQ(reading.said.text, "h\u00e9!");
    EXPECT_EQ(reading.outline, "begin0 text0 finish0 ");
    EXPECT_EQ(reading.said.finish, "stop");
    EXPECT_EQ(reading.said.native, "end_turn");
    EXPECT_EQ(reading.last, AnswerRead::done) << "metadata is the last";
    EXPECT_EQ(reading.facts.text.bytes, 4);
    EXPECT_EQ(reading.said.usage.prompt, 17) << "the cache stands beside the input";
    EXPECT_EQ(reading.said.usage.cache_read, 3);
    EXPECT_EQ(reading.said.usage.cache_write, 4);
    EXPECT_EQ(reading.said.usage.completion, 5);
}

TEST(ConverseStream, D1CallsAreCountedOverTheAnswer) {
    const Reading reading =
        read_stream(kBegin + delta(0, R"({"text":"I look"})") + end_block(0) + tool(1, "a", "f") +
                    delta(1, R"({"toolUse":{"input":""}})") + delta(1, R"({"toolUse":{"input":"{\"x\""}})") +
                    delta(1, R"({"toolUse":{"input":":1}"}})") + end_block(1) + tool(2, "b", "g") + end_block(2) +
                    stop("tool_use") + kMetadata);
    EXPECT_EQ(reading.said.calls, (std::vector<Call>{{"a", "f", R"({"x":1})"}, {"b", "g", "{}"}}));
    EXPECT_EQ(reading.outline, "begin0 text0 call1 args1 call2 args2 finish0 ");
    EXPECT_EQ(reading.said.finish, "tool_calls");
    EXPECT_EQ(reading.facts.text.tool_calls, 2);
}

TEST(ConverseStream, D11CallsEndAnAnswerWhateverItSays) {
    EXPECT_EQ(read_stream(kBegin + tool(0, "a", "f") + end_block(0) + stop("end_turn")).said.finish, "tool_calls");
    EXPECT_EQ(read_stream(kBegin + tool(0, "a", "f") + end_block(0) + stop("max_tokens")).said.finish, "length");
    EXPECT_EQ(read_stream(kBegin + stop("guardrail_intervened")).said.finish, "content_filter");
    EXPECT_EQ(read_stream(kBegin + stop("content_filtered")).said.finish, "content_filter");
    EXPECT_EQ(read_stream(kBegin + stop("model_context_window_exceeded")).said.finish, "length");
    EXPECT_EQ(read_stream(kBegin + stop("malformed_tool_use")).said.finish, "error");
    EXPECT_EQ(read_stream(kBegin + stop("malformed_model_output")).said.finish, "error");
}

TEST(ConverseStream, ABlockThatIsNeverStoppedAndAnEndWithoutAReason) {
    const Reading reading = read_stream(kBegin + tool(0, "a", "f") + event("messageStop", "{}") + kMetadata);
    EXPECT_EQ(reading.said.calls, (std::vector<Call>{{"a", "f", "{}"}}));
    EXPECT_EQ(reading.said.finish, "tool_calls");
    EXPECT_EQ(read_plain(R"({"output":{"message":{"role":"assistant","content":[{"text":"a"}]}}})").said.finish,
              "stop");
}

TEST(ConverseStream, ReasoningWithItsSignature) {
    const Reading reading = read_stream(
        kBegin + delta(0, R"({"reasoningContent":{"text":"th"}})") +
        delta(0, R"({"reasoningContent":{"text":"ink"}})") + delta(0, R"({"reasoningContent":{"signature":"s=="}})") +
        end_block(0) + delta(1, R"({"reasoningContent":{"redactedContent":"RXRrRQ=="}})") + end_block(1) +
        delta(2, R"({"text":"a"})") + end_block(2) + stop("end_turn") + kMetadata);
    EXPECT_EQ(reading.said.reasoning, "think");
    EXPECT_EQ(reading.said.signature, "s==");
    EXPECT_EQ(reading.said.sealed, std::vector<std::string>{"EtkE"}) << "as Claude's own API has it";
    EXPECT_EQ(reading.outline, "begin0 reasoning0 signature0 sealed1 text2 finish0 ");
    EXPECT_EQ(reading.facts.text.reasoning_bytes, 5);
    EXPECT_EQ(reading.facts.text.bytes, 6);
}

TEST(ConverseStream, WhatOthersSealStaysAsItIs) {
    const Reading reading = read_stream(kBegin + delta(0, R"({"reasoningContent":{"redactedContent":"/v8A"}})"));
    EXPECT_EQ(reading.said.sealed, std::vector<std::string>{"/v8A"});
}

TEST(ConverseStream, BlocksWithoutContentAreNoParts) {
    const Reading reading = read_stream(kBegin + delta(0, R"({"text":""})") + end_block(0) + end_block(1) +
                                        delta(2, R"({"text":"a"})") + end_block(2) + stop("end_turn"));
    EXPECT_EQ(reading.outline, "begin0 text0 finish0 ");
}

TEST(ConverseStream, ABeginningThatNamesNoKindIsNotThatOfAForeignBlock) {
    for (const char* nothing : {"{}", "{ }", "null"}) {
        const Reading reading =
            read_stream(kBegin + start(0, nothing) + delta(0, R"({"reasoningContent":{"text":"r"}})") + end_block(0) +
                        start(1, nothing) + delta(1, R"({"text":"a"})") + end_block(1) + stop("end_turn") + kMetadata);
        EXPECT_EQ(reading.outline, "begin0 reasoning0 text1 finish0 ") << nothing;
        EXPECT_EQ(reading.said.text, "a") << nothing;
    }
}

TEST(ConverseStream, D15ToolsThatTheServiceRunsAreNoCalls) {
    const Reading reading =
        read_stream(kBegin + start(0, R"({"toolUse":{"toolUseId":"s","name":"code","type":"server_tool_use"}})") +
                    delta(0, R"({"toolUse":{"input":"{}"}})") + end_block(0) +
                    start(1, R"({"toolResult":{"toolUseId":"s","status":"success"}})") +
                    delta(1, R"({"toolResult":[{"json":{"out":"1"}}]})") + end_block(1) + delta(2, R"({"text":"1"})") +
                    end_block(2) + stop("end_turn") + kMetadata);
    EXPECT_EQ(reading.outline, "begin0 text0 finish0 ");
    EXPECT_TRUE(reading.said.calls.empty());
}

TEST(ConverseStream, StopSequence) {
    const Reading reading = read_stream(
        kBegin + event("messageStop", R"({"stopReason":"stop_sequence",)"
                                      R"("additionalModelResponseFields":{"delta":{"stop_sequence":"END"}}})"));
    EXPECT_EQ(reading.said.finish, "stop");
    EXPECT_EQ(reading.said.stop_sequence, "END");
}

TEST(ConverseStream, D54FailuresAreErrors) {
    const Reading first = read_stream(exception("throttlingException", R"({"message":"Too many requests"})"));
    EXPECT_EQ(first.last, AnswerRead::error);
    EXPECT_EQ(first.error_type, "throttlingException");
    EXPECT_EQ(first.error_message, "Too many requests");
    const Reading later = read_stream(kBegin + delta(0, R"({"text":"a"})") +
                                      exception("modelStreamErrorException", R"({"message":"broke"})"));
    EXPECT_EQ(later.last, AnswerRead::error);
    EXPECT_EQ(later.error_message, "broke");
    EXPECT_EQ(later.said.finish, "");
}

TEST(ConverseStream, D51AStreamThatEndsEarlyHasNoFinish) {
    const std::string stream = kBegin + tool(0, "a", "f") + delta(0, R"({"toolUse":{"input":"{\"x\""}})");
    const Reading reading = read_stream(stream);
    EXPECT_FALSE(reading.facts.done);
    EXPECT_EQ(reading.facts.finish_reason, "");
    EXPECT_FALSE(reading.cut_off);
    EXPECT_TRUE(read_stream(stream + stop("tool_use").substr(0, 20)).cut_off);
}

TEST(ConverseStream, WhatIsNoneIsInvalid) {
    EXPECT_EQ(read_stream(event("contentBlockDelta", R"({"delta":{"text":"a"}})")).last, AnswerRead::invalid);
    EXPECT_EQ(read_stream(delta(-1, R"({"text":"a"})")).last, AnswerRead::invalid);
    EXPECT_EQ(read_stream(delta(1 << 20, R"({"text":"a"})")).last, AnswerRead::invalid);
    EXPECT_EQ(read_stream(event("messageStart", "[]")).last, AnswerRead::invalid);
    EXPECT_EQ(read_stream(event("somethingNew", R"({"a":1})")).last, AnswerRead::event);
}

TEST(ConverseAnswer, SaysTheSameAsAStream) {
    const Reading reading = read_plain(
        R"({"metrics":{"latencyMs":1},"output":{"message":{"role":"assistant","content":[
            {"reasoningContent":{"reasoningText":{"text":"think","signature":"s=="}}},
            {"reasoningContent":{"redactedContent":"RXRrRQ=="}},{"text":"I look"},
            {"citationsContent":{"content":[{"text":" here"}],"citations":[{"title":"t"}]}},
            {"toolUse":{"toolUseId":"s","name":"code","input":{},"type":"server_tool_use"}},
            {"toolUse":{"toolUseId":"a","name":"f","input":{"x":[1]}}},
            {"image":{"format":"png","source":{"bytes":"iVBO"}}}]}},
            "stopReason":"tool_use","usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15}})");
    EXPECT_EQ(reading.last, AnswerRead::event);
    EXPECT_EQ(reading.outline, "begin0 reasoning0 signature0 sealed1 text2 text3 call4 args4 image5 finish0 ");
    EXPECT_EQ(reading.said.text, "I look here");
    EXPECT_EQ(reading.said.calls, (std::vector<Call>{{"a", "f", R"({"x":[1]})"}}));
    EXPECT_EQ(reading.said.finish, "tool_calls");
    EXPECT_EQ(reading.said.usage.prompt, 10);
}

TEST(ConverseAnswer, AnErrorUnderTheStatusOfSuccessIsOne) {
    const Reading reading = read_plain(R"({"message":"busy"})");
    EXPECT_EQ(reading.last, AnswerRead::error);
    EXPECT_EQ(reading.error_message, "busy");
}

TEST(ConverseAnswer, D57AnUnknownOperationIsNoAnswer) {
    EXPECT_EQ(read_plain(R"({"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},)"
                         R"("Version":"1.0"})")
                  .last,
              AnswerRead::error);
    EXPECT_EQ(read_plain(R"({"__type":"UnknownOperationException"})").last, AnswerRead::error);
    EXPECT_EQ(read_plain(R"({"other":"x"})").last, AnswerRead::invalid);
    EXPECT_EQ(read_plain("[]").last, AnswerRead::invalid);
}

}  // namespace
}  // namespace tollgate::converse_test
