// Requests for and streams of Claude on Amazon Bedrock (InvokeModel) and Google's Vertex AI.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/messages/answer_reader.h"
#include "gateway/chat/dialect/messages/request_writer.h"
#include "gateway/chat/reader/aws_event_stream.h"
#include "gateway/text/base64.h"
#include "tests/unit/gateway/chat/reader/aws_frames.h"

namespace tollgate {
namespace {

namespace json = boost::json;

struct Sent {
    Error error;
    std::string text, dropped;
};

Sent send(const std::string& content, ClaudeHost host, const std::string& members = {}) {
    const std::string body = R"({"model":"m","messages":[{"role":"user","content":)" + content + "}]" + members + "}";
    ChatRequest request;
    EXPECT_FALSE(read_chat_request(body, {}, request));
    Sent sent;
    TranslationNotes notes;
    sent.error = write_messages_request(request, {.model = "claude", .stream = true, .output_bound = 9, .host = host},
                                        sent.text, notes);
    sent.dropped = notes.dropped.text();
    return sent;
}

TEST(ClaudeHost, BedrockHasTheVersionInTheBodyAndTheRestInThePath) {
    EXPECT_EQ(json::parse(send(R"("hi")", ClaudeHost::bedrock).text), json::parse(R"({
        "anthropic_version":"bedrock-2023-05-31","max_tokens":9,
        "messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]})"));
}

TEST(ClaudeHost, VertexHasTheVersionInTheBodyAndTheModelInThePath) {
    EXPECT_EQ(json::parse(send(R"("hi")", ClaudeHost::vertex).text), json::parse(R"({
        "anthropic_version":"vertex-2023-10-16","max_tokens":9,"stream":true,
        "messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]})"));
}

TEST(ClaudeHost, AnthropicHasTheModelInTheBody) {
    EXPECT_EQ(json::parse(send(R"("hi")", ClaudeHost::anthropic).text), json::parse(R"({
        "model":"claude","max_tokens":9,"stream":true,
        "messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]})"));
}

// For the other hosts they are fetched before the request is written: tests/integration/test_fetched_media.py.
TEST(ClaudeHost, D31AddressesOfPicturesThatWereNotFetchedAreForAnthropicOnly) {
    const std::string picture = R"([{"type":"image_url","image_url":{"url":"https://example.com/cat.png"}}])";
    EXPECT_FALSE(send(picture, ClaudeHost::anthropic).error);
    for (const ClaudeHost host : {ClaudeHost::bedrock, ClaudeHost::vertex}) {
        const Sent sent = send(picture, host);
        ASSERT_TRUE(sent.error);
        EXPECT_EQ(sent.error.kind(), ErrorKind::invalid_request);
        EXPECT_EQ(sent.error.retry(), Retry::elsewhere);
        EXPECT_EQ(sent.error.detail().param, "messages[0]");
    }
    EXPECT_FALSE(
        send(R"([{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}])", ClaudeHost::vertex).error);
}

TEST(ClaudeHost, CachingWithoutMarksIsForAnthropicOnly) {
    const std::string member = R"(,"cache_control":{"type":"ephemeral"})";
    EXPECT_EQ(send(R"("hi")", ClaudeHost::anthropic, member).dropped, "");
    EXPECT_EQ(send(R"("hi")", ClaudeHost::bedrock, member).dropped, "cache_control");
}

// InvokeModelWithResponseStream: the API's own events, each in a frame.
struct Streamed {
    std::string text;
    bool done = false, failed = false, cut_off = false;
};

Streamed read_frames(std::string_view body) {
    AwsEventStreamReader frames;
    frames.begin(1 << 20);
    MessagesEventReader reader;
    Streamed streamed;
    for (auto step = frames.next(body); step == AwsEventStreamReader::Step::event; step = frames.next(body)) {
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        const AnswerRead read = reader.read(frames.name(), frames.data(), facts, events);
        streamed.done = streamed.done || read == AnswerRead::done;
        streamed.failed = streamed.failed || read == AnswerRead::error;
        for (const AnswerEvent& event : events) streamed.text += plain(event.text);
    }
    streamed.cut_off = frames.in_event();
    return streamed;
}

std::string chunk(std::string_view event) {
    return aws_frames::event("chunk", R"({"bytes":")" + base64(event) + R"(","p":"abc"})");
}

TEST(ClaudeHost, D51StreamsOfInvokeModel) {
    const std::string begin =
        chunk(R"({"type":"message_start","message":{"id":"msg_bdrk_1","usage":{"input_tokens":3}}})") +
        chunk(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})") +
        chunk(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}})");
    const std::string end =
        chunk(R"({"type":"content_block_stop","index":0})") +
        chunk(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}})") +
        chunk(R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3}})");
    const Streamed whole = read_frames(begin + end);
    EXPECT_EQ(whole.text, "hi");
    EXPECT_TRUE(whole.done && !whole.failed && !whole.cut_off);
    const Streamed early = read_frames(begin);
    EXPECT_FALSE(early.done || early.cut_off) << "it ended between two frames, without an end";
    EXPECT_TRUE(read_frames(begin + end.substr(0, 30)).cut_off);
    const Streamed failed = read_frames(begin + aws_frames::exception("throttlingException", R"({"message":"slow"})"));
    EXPECT_TRUE(failed.failed && !failed.done);
}

}  // namespace
}  // namespace tollgate
