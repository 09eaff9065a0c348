// Requests for Claude on Amazon Bedrock (InvokeModel) and Google's Vertex AI.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/messages/request_writer.h"

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

TEST(ClaudeHost, D31AddressesOfPicturesAreForAnthropicOnly) {
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

}  // namespace
}  // namespace tollgate
