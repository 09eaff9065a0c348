// Recorded answers of Anthropic's API, as clients of chat completions get them: what they say is what a plain reading
// of the recording finds, and what the client was given comes back as the blocks that the API had sent.
#include <gtest/gtest.h>

#include <iostream>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/messages/request_writer.h"
#include "tests/unit/gateway/chat/dialect/messages/answer_fixture.h"
#include "tests/unit/gateway/chat/dialect/messages/recordings.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;

struct Said {
    std::string text, reasoning;
    json::array sealed;  // signed and redacted reasoning
    json::array calls;
    bool operator==(const Said&) const = default;
};

Said said_by(const json::array& content) {
    Said said;
    for (const json::value& block : content) {
        const std::string type(block.at("type").as_string());
        if (type == "text") said.text += block.at("text").as_string();
        if (type == "thinking") {
            said.reasoning += block.at("thinking").as_string();
            said.sealed.push_back(
                {{"type", type}, {"thinking", block.at("thinking")}, {"signature", block.at("signature")}});
        }
        if (type == "redacted_thinking") said.sealed.push_back({{"type", type}, {"data", block.at("data")}});
        if (type == "tool_use") {
            said.calls.push_back({{"id", block.at("id")}, {"name", block.at("name")}, {"input", block.at("input")}});
        }
    }
    return said;
}

std::string text_in(const json::object& message, std::string_view name) {
    const auto* const value = message.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Said said_by_chat(const json::object& message) {
    Said said;
    said.text = text_in(message, "content");
    said.reasoning = text_in(message, "reasoning_content");
    if (const auto* const details = message.if_contains("reasoning_details")) {
        for (const json::value& detail : details->as_array()) {
            if (detail.at("type") == "reasoning.encrypted") {
                said.sealed.push_back({{"type", "redacted_thinking"}, {"data", detail.at("data")}});
            } else {
                said.sealed.push_back(
                    {{"type", "thinking"}, {"thinking", detail.at("text")}, {"signature", detail.at("signature")}});
            }
        }
    }
    if (const auto* const calls = message.if_contains("tool_calls")) {
        for (const json::value& call : calls->as_array()) {
            said.calls.push_back({{"id", call.at("id")},
                                  {"name", call.at_pointer("/function/name")},
                                  {"input", json::parse(call.at_pointer("/function/arguments").as_string())}});
        }
    }
    return said;
}

void append_to(json::object& into, const json::object& part, std::string_view name) {
    const auto* const value = part.if_contains(name);
    if (value == nullptr || !value->is_string()) return;
    into[name] = text_in(into, name) + std::string(value->as_string());
}

// The message that a client puts together from the chunks' deltas.
json::object message_of_chunks(const std::vector<json::value>& deltas) {
    json::object message;
    json::array details, calls;
    for (const json::value& value : deltas) {
        const json::object& delta = value.as_object();
        append_to(message, delta, "content");
        append_to(message, delta, "reasoning_content");
        if (const auto* const parts = delta.if_contains("reasoning_details")) {
            for (const json::value& part : parts->as_array()) {
                if (details.empty() || details.back().at("index") != part.at("index")) {
                    details.push_back(json::object{{"type", part.at("type")},
                                                   {"index", part.at("index")},
                                                   {"format", part.at("format")},
                                                   {"text", ""},
                                                   {"signature", ""},
                                                   {"data", ""}});
                }
                for (const std::string_view name : {"text", "signature", "data"}) {
                    append_to(details.back().as_object(), part.as_object(), name);
                }
            }
        }
        if (const auto* const parts = delta.if_contains("tool_calls")) {
            for (const json::value& part : parts->as_array()) {
                const auto index = static_cast<std::size_t>(part.at("index").as_int64());
                if (index == calls.size()) calls.push_back(part);
                if (part.as_object().contains("id")) continue;
                append_to(calls.at(index).at("function").as_object(), part.at("function").as_object(), "arguments");
            }
        }
    }
    if (!details.empty()) message["reasoning_details"] = details;
    if (!calls.empty()) message["tool_calls"] = calls;
    return message;
}

void expect_usage(const json::object& shown, const json::object& recorded) {
    const std::int64_t read = count(recorded, "cache_read_input_tokens");
    const std::int64_t written = count(recorded, "cache_creation_input_tokens");
    EXPECT_EQ(count(shown, "prompt_tokens"), count(recorded, "input_tokens") + read + written);
    EXPECT_EQ(count(shown, "completion_tokens"), count(recorded, "output_tokens"));
    const auto* const details = shown.if_contains("prompt_tokens_details");
    EXPECT_EQ(details == nullptr ? 0 : count(details->as_object(), "cached_tokens"), read);
    EXPECT_EQ(details == nullptr ? 0 : count(details->as_object(), "cache_write_tokens"), written);
}

std::string_view finish_of(std::string_view native) {
    if (native == "tool_use") return "tool_calls";
    if (native == "max_tokens") return "length";
    return native == "refusal" ? "content_filter" : "stop";
}

// The client sends the message back, with a result for each of its calls.
void expect_to_come_back(json::object message, const Said& expected) {
    message["role"] = "assistant";
    json::array messages{{{"role", "user"}, {"content", "go"}}, message};
    for (const json::value& call : expected.calls) {
        messages.push_back({{"role", "tool"}, {"tool_call_id", call.at("id")}, {"content", "ok"}});
    }
    const std::string body = json::serialize(json::object{{"model", "m"}, {"messages", messages}});
    ChatRequest request;
    ASSERT_FALSE(read_chat_request(body, {}, request));
    std::string text;
    TranslationNotes notes;
    ASSERT_FALSE(write_messages_request(request, {.model = "m", .output_bound = 9}, text, notes));
    EXPECT_EQ(notes.dropped.text() + notes.changed.text(), "");
    const json::array sent = json::parse(text).at("messages").as_array();
    const bool said_something = expected != Said();
    EXPECT_EQ(sent.size(), 1U + (said_something ? 1 : 0) + (expected.calls.empty() ? 0 : 1));
    if (said_something) EXPECT_EQ(said_by(sent.at(1).at("content").as_array()), expected);
    if (!expected.calls.empty()) EXPECT_EQ(sent.at(2).at("content").as_array().size(), expected.calls.size());
}

TEST(AnthropicRecordings, PlainAnswersSayWhatTheyDidAndComeBack) {
    int answers = 0, calls = 0, sealed = 0;
    for (const Recording& recording : recordings("json")) {
        SCOPED_TRACE(recording.name);
        ASSERT_TRUE(is_json(recording.body, kDepth));
        const json::object recorded = json::parse(recording.body).as_object();
        if (!recorded.contains("content")) continue;  // of another call: how many tokens a prompt has
        const Said expected = said_by(recorded.at("content").as_array());
        const Plain plain = read_plain(recording.body);
        ASSERT_EQ(plain.read, AnswerRead::event);
        const json::value answer = plain.answer();
        const json::object message = answer.at_pointer("/choices/0/message").as_object();
        EXPECT_EQ(said_by_chat(message), expected);
        EXPECT_EQ(answer.at("id"), recorded.at("id"));
        EXPECT_EQ(answer.at_pointer("/choices/0/finish_reason").as_string(),
                  finish_of(recorded.at("stop_reason").as_string()));
        expect_usage(answer.at("usage").as_object(), recorded.at("usage").as_object());
        expect_to_come_back(message, expected);
        ++answers;
        calls += static_cast<int>(expected.calls.size());
        sealed += static_cast<int>(expected.sealed.size());
    }
    if (answers == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    RecordProperty("answers", answers);
    std::cout << answers << " recorded answers with " << calls << " calls and " << sealed << " sealed thoughts\n";
    EXPECT_GT(answers, 40);
    EXPECT_GT(calls, 10);
    EXPECT_GT(sealed, 5);
}

TEST(AnthropicRecordings, StreamsSayWhatTheyDidHoweverTheyAreSplit) {
    int streams = 0;
    for (const Recording& recording : recordings("stream")) {
        SCOPED_TRACE(recording.name);
        const json::object recorded = message_of_stream(recording.body);
        const Said expected = said_by(recorded.at("content").as_array());
        const Streamed whole = read_stream(recording.body);
        EXPECT_TRUE(whole.facts.done);
        EXPECT_FALSE(whole.facts.invalid || whole.facts.error_event);
        EXPECT_EQ(whole.facts.finish_reason, finish_of(recorded.at("stop_reason").as_string()));
        EXPECT_EQ(whole.facts.text.reasoning_bytes, static_cast<std::int64_t>(expected.reasoning.size()));
        const json::object message = message_of_chunks(whole.deltas());
        EXPECT_EQ(said_by_chat(message), expected);
        expect_usage(whole.chunks().back().at("usage").as_object(), recorded.at("usage").as_object());
        expect_to_come_back(message, expected);
        for (const std::size_t piece : {1, 7, 4096}) EXPECT_EQ(read_stream(recording.body, piece).out, whole.out);
        ++streams;
    }
    if (streams == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << streams << " recorded streams\n";
    EXPECT_GT(streams, 10);
}

}  // namespace
}  // namespace tollgate::messages_test
