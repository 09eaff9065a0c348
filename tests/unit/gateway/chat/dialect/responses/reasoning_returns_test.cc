// Reasoning that the Responses API sealed, kept by clients of other APIs and sent back: D24.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <deque>
#include <string>

#include "gateway/chat/dialect/upstream_dialect.h"
#include "tests/unit/gateway/chat/dialect/gemini/answer_fixture.h"
#include "tests/unit/gateway/chat/dialect/messages/client_fixture.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::string_view kAnswer = R"({"id":"resp_1","status":"completed","output":[
    {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"E1"},
    {"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"E2"},
    {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}"}],"usage":{}})";

// As the upstream is told the answer in the next turn.
const json::value kBack = json::parse(R"([
    {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"E1"},
    {"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"E2"},
    {"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"}])");

std::vector<AnswerEvent> events() {
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    EXPECT_EQ(responses_upstream().read_answer(kAnswer, facts, events), AnswerRead::event);
    return events;
}

std::string plain(const ClientDialect& client, const AnswerOptions& options) {
    std::string out;
    client.write_answer(events(), options, messages_test::kUsage, out);
    return out;
}

std::string streamed(const ClientDialect& client, const AnswerOptions& options) {
    std::string out;
    AnswerMeter meter;
    meter.begin();
    const auto writer = client.event_writer();
    writer->begin(options);
    for (const AnswerEvent& event : events()) writer->append(event, out);
    writer->append_end(meter, messages_test::kUsage, out);
    return out;
}

// The items of a request, and what is left out of them.
struct Sent {
    json::value items;
    std::string dropped;
};

Sent sent_back(const ClientDialect& client, const json::object& body) {
    const std::string text = json::serialize(body);
    ChatRequest request;
    EXPECT_FALSE(client.read_request(text, request)) << text;
    std::string out;
    TranslationNotes notes;
    EXPECT_FALSE(responses_upstream().write_request(request, {.model = "m"}, out, notes)) << text;
    return {json::parse(out).at("input"), notes.dropped.text()};
}

Sent from_messages(const json::value& content) {
    return sent_back(messages_client(),
                     {{"max_tokens", 9}, {"messages", json::array{{{"role", "assistant"}, {"content", content}}}}});
}

TEST(SealedReasoning, ComesBackFromClientsOfMessages) {
    const json::value whole = json::parse(plain(messages_client(), messages_test::client_options())).at("content");
    const messages_test::ReceivedStream stream(streamed(messages_client(), messages_test::client_options()));
    for (const json::value& content : {whole, json::value(stream.content)}) {
        const Sent sent = from_messages(content);
        EXPECT_EQ(sent.items, kBack) << content;
        EXPECT_EQ(sent.dropped, "");
    }
}

TEST(SealedReasoning, ComesBackWithAllItsSummaries) {
    const Sent sent = from_messages(json::parse(R"([{"type":"thinking","thinking":"a","signature":""},
        {"type":"thinking","thinking":"b","signature":""},
        {"type":"redacted_thinking","data":"tollgate:openai-responses-v1:sealed:rs_1:E1"},
        {"type":"thinking","thinking":"c","signature":""}])"));
    EXPECT_EQ(sent.items, json::parse(R"([{"type":"reasoning","id":"rs_1","summary":[
        {"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"E1"}])"));
    EXPECT_EQ(sent.dropped, "messages[].content[].thinking") << "nothing is sealed of the last";
}

TEST(SealedReasoning, ComesBackFromClientsOfGemini) {
    const AnswerOptions options = gemini_test::options_of(gemini_inbound());
    const json::value whole = json::parse(plain(gemini_client(), options)).at_pointer("/candidates/0/content");
    json::array pieces;
    SseReader reader;
    reader.begin(1 << 20);
    const std::string stream = streamed(gemini_client(), options);
    for (std::string_view bytes = stream; reader.next(bytes) == SseReader::Step::event;) {
        pieces.push_back(json::parse(reader.data()).at_pointer("/candidates/0/content"));
    }
    json::object joined{{"role", "model"}, {"parts", json::array()}};
    for (const json::value& piece : pieces) {
        for (const json::value& part : piece.at("parts").as_array()) joined["parts"].as_array().push_back(part);
    }
    for (const json::array& contents : {json::array{whole}, pieces, json::array{joined}}) {
        const Sent sent = sent_back(gemini_client(), {{"contents", contents}});
        EXPECT_EQ(sent.items, kBack) << contents;
        EXPECT_EQ(sent.dropped, "");
    }
}

}  // namespace
}  // namespace tollgate
