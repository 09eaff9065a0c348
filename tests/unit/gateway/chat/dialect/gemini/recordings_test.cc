// Recorded answers of Google's APIs, as clients of chat completions and Google's own get them: what they say is what a
// plain reading of the recording finds, and what the client was given comes back as the parts that the API had sent.
#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <sstream>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/gemini/request_writer.h"
#include "tests/unit/gateway/chat/dialect/gemini/answer_fixture.h"
#include "tests/unit/gateway/chat/recorded_calls.h"

namespace tollgate::gemini_test {
namespace {

namespace json = boost::json;

using Recording = chat_test::RecordedCall;

// Of generateContent. Other calls (embeddings, token counts, Claude on Vertex AI) are counted.
std::vector<Recording> recordings(const std::string& provider, const std::string& kind) {
    std::vector<Recording> found = chat_test::recorded_calls(provider, kind);
    const auto others = std::erase_if(found, [](const Recording& one) { return !one.path.contains("enerateContent"); });
    std::cout << "skipped, no generateContent: " << others << " of " << provider << "/" << kind << "\n";
    return found;
}

// --- A plain reading

struct Said {
    std::string text, reasoning;
    json::array calls;      // {"name","args","signature"}
    std::string signature;  // of the last part that is no call
    std::string finish;
    json::object usage;
    bool operator==(const Said&) const = default;
};

std::string finish_of(std::string_view native, bool calls) {
    if (native == "MAX_TOKENS") return "length";
    if (native == "SAFETY" || native == "MODEL_ARMOR" || native == "RECITATION") return "content_filter";
    return calls ? "tool_calls" : "stop";
}

std::string text_in(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

void read_part(const json::object& part, Said& said) {
    const std::string signature = text_in(part, "thoughtSignature");
    if (const auto* const call = part.if_contains("functionCall")) {
        const auto* const args = call->as_object().if_contains("args");
        said.calls.push_back({{"name", call->at("name")},
                              {"args", args == nullptr ? json::value(json::object()) : *args},
                              {"signature", signature}});
        return;
    }
    if (!part.contains("text")) return;
    if (part.contains("thought")) {
        said.reasoning += text_in(part, "text");
    } else {
        said.text += text_in(part, "text");
        if (!signature.empty()) said.signature = signature;
    }
}

void read_response(const json::object& response, Said& said) {
    if (const auto* const usage = response.if_contains("usageMetadata")) {
        for (const auto& [name, value] : usage->as_object()) said.usage[name] = value;
    }
    const auto* const candidates = response.if_contains("candidates");
    if (candidates == nullptr) {
        const auto* const feedback = response.if_contains("promptFeedback");
        if (feedback != nullptr && feedback->as_object().contains("blockReason")) said.finish = "content_filter";
        return;
    }
    const json::object& candidate = candidates->at(0).as_object();
    const auto* const content = candidate.if_contains("content");
    const auto* const parts = content == nullptr ? nullptr : content->as_object().if_contains("parts");
    if (parts != nullptr) {
        for (const json::value& part : parts->as_array()) read_part(part.as_object(), said);
    }
    const std::string native = text_in(candidate, "finishReason");
    if (!native.empty()) said.finish = finish_of(native, !said.calls.empty());
}

std::vector<json::object> responses_of(const std::string& stream) {
    std::vector<json::object> found;
    std::istringstream lines(stream);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("data:")) found.push_back(json::parse(line.substr(5)).as_object());
    }
    return found;
}

Said read_plainly(const std::vector<json::object>& responses) {
    Said said;
    for (const json::object& response : responses) read_response(response, said);
    return said;
}

// --- What clients of chat completions get

std::int64_t count(const json::object& usage, std::string_view name) {
    const auto* const value = usage.if_contains(name);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

std::int64_t detail(const json::object& usage, std::string_view details, std::string_view name) {
    const auto* const found = usage.if_contains(details);
    return found == nullptr ? 0 : count(found->as_object(), name);
}

void expect_usage(const json::object& shown, const json::object& recorded) {
    const std::int64_t thoughts = count(recorded, "thoughtsTokenCount");
    EXPECT_EQ(count(shown, "prompt_tokens"),
              count(recorded, "promptTokenCount") + count(recorded, "toolUsePromptTokenCount"));
    EXPECT_EQ(count(shown, "completion_tokens"), count(recorded, "candidatesTokenCount") + thoughts);
    EXPECT_EQ(detail(shown, "completion_tokens_details", "reasoning_tokens"), thoughts);
    EXPECT_EQ(detail(shown, "prompt_tokens_details", "cached_tokens"), count(recorded, "cachedContentTokenCount"));
}

std::string google_signature(const json::object& of) {
    const auto* const extra = of.if_contains("extra_content");
    return extra == nullptr ? std::string() : std::string(extra->at_pointer("/google/thought_signature").as_string());
}

Said said_by_chat(const json::object& message) {
    Said said;
    said.text = text_in(message, "content");
    said.reasoning = text_in(message, "reasoning_content");
    said.signature = google_signature(message);
    if (const auto* const calls = message.if_contains("tool_calls")) {
        for (const json::value& call : calls->as_array()) {
            said.calls.push_back({{"name", call.at_pointer("/function/name")},
                                  {"args", json::parse(call.at_pointer("/function/arguments").as_string())},
                                  {"signature", google_signature(call.as_object())}});
        }
    }
    return said;
}

void append_to(json::object& into, const json::object& part, std::string_view name) {
    const auto* const value = part.if_contains(name);
    if (value != nullptr && value->is_string()) into[name] = text_in(into, name) + std::string(value->as_string());
}

// The message that a client puts together from the chunks' deltas.
json::object message_of_chunks(const std::vector<json::value>& deltas) {
    json::object message;
    json::array calls;
    for (const json::value& value : deltas) {
        const json::object& delta = value.as_object();
        append_to(message, delta, "content");
        append_to(message, delta, "reasoning_content");
        if (const auto* const extra = delta.if_contains("extra_content")) message["extra_content"] = *extra;
        const auto* const parts = delta.if_contains("tool_calls");
        if (parts == nullptr) continue;
        for (const json::value& part : parts->as_array()) {
            const auto index = static_cast<std::size_t>(part.at("index").as_int64());
            if (index == calls.size()) calls.push_back(part);
            if (part.as_object().contains("id")) continue;
            append_to(calls.at(index).at("function").as_object(), part.at("function").as_object(), "arguments");
        }
    }
    if (!calls.empty()) message["tool_calls"] = calls;
    return message;
}

// The client sends the message back, with a result for each of its calls: signatures stand where they stood.
void expect_to_come_back(json::object message, const Said& expected) {
    message["role"] = "assistant";
    message.erase("refusal");
    json::array messages{{{"role", "user"}, {"content", "go"}}, message};
    if (const auto* const calls = message.if_contains("tool_calls")) {
        for (const json::value& call : calls->as_array()) {
            messages.push_back({{"role", "tool"}, {"tool_call_id", call.at("id")}, {"content", "ok"}});
        }
    }
    const std::string body = json::serialize(json::object{{"messages", messages}});
    ChatRequest request;
    ASSERT_FALSE(read_chat_request(body, {}, request));
    std::string text;
    TranslationNotes notes;
    const Error error = write_gemini_request(request, {.model = "m"}, text, notes);
    ASSERT_FALSE(error) << error.detail().message;
    const json::array sent = json::parse(text).at("contents").as_array();
    Said said;
    if (sent.size() > 1) {
        for (const json::value& part : sent.at(1).at("parts").as_array()) read_part(part.as_object(), said);
    }
    EXPECT_EQ(said.text, expected.text);
    EXPECT_EQ(said.calls, expected.calls);
    EXPECT_EQ(said.signature, expected.signature);
    if (!expected.calls.empty()) EXPECT_EQ(sent.at(2).at("parts").as_array().size(), expected.calls.size());
}

void expect_said(const json::object& message, std::string_view finish, const Said& expected) {
    const Said said = said_by_chat(message);
    EXPECT_EQ(said.text, expected.text);
    EXPECT_EQ(said.reasoning, expected.reasoning);
    EXPECT_EQ(said.calls, expected.calls);
    EXPECT_EQ(said.signature, expected.signature);
    EXPECT_EQ(finish, expected.finish);
}

// --- Google's own clients

// An answer that passes is the recorded one, but for its usage's cost.
void expect_passed(const std::vector<json::object>& passed, const std::vector<json::object>& recorded) {
    ASSERT_EQ(passed.size(), recorded.size());
    for (std::size_t i = 0; i < passed.size(); ++i) {
        json::object got = passed[i], was = recorded[i];
        got.erase("usageMetadata");
        was.erase("usageMetadata");
        EXPECT_EQ(got, was);
        EXPECT_EQ(passed[i].contains("usageMetadata"), i + 1 == passed.size());
    }
}

struct Counts {
    int answers = 0, calls = 0, signatures = 0;
};

void note(const Said& said, Counts& counts) {
    ++counts.answers;
    counts.calls += static_cast<int>(said.calls.size());
    counts.signatures += said.signature.empty() ? 0 : 1;
    for (const json::value& call : said.calls) counts.signatures += call.at("signature").as_string().empty() ? 0 : 1;
}

TEST(GeminiRecordings, PlainAnswersSayWhatTheyDidAndComeBack) {
    for (const std::string provider : {"gemini", "vertex"}) {
        Counts counts;
        for (const Recording& recording : recordings(provider, "json")) {
            SCOPED_TRACE(recording.name);
            ASSERT_TRUE(is_json(recording.body, kDepth));
            const json::object recorded = json::parse(recording.body).as_object();
            const Said expected = read_plainly({recorded});
            const Plain plain = read_plain(recording.body);
            ASSERT_EQ(plain.read, AnswerRead::event);
            const json::value answer = plain.answer();
            EXPECT_EQ(answer.at("id"), recorded.at("responseId"));
            expect_said(plain.message().as_object(), answer.at_pointer("/choices/0/finish_reason").as_string(),
                        expected);
            expect_usage(answer.at("usage").as_object(), expected.usage);
            expect_to_come_back(plain.message().as_object(), expected);
            std::string passed;
            gemini_client().pass_answer(recording.body, options_of(gemini_inbound()), {.cost = "1"}, passed);
            expect_passed({json::parse(passed).as_object()}, {recorded});
            note(expected, counts);
        }
        if (counts.answers == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
        std::cout << provider << ": " << counts.answers << " recorded answers with " << counts.calls << " calls and "
                  << counts.signatures << " signatures\n";
        EXPECT_GT(counts.answers, 30);
        EXPECT_GT(counts.calls, 5);
        EXPECT_GT(counts.signatures, 5);
    }
}

// Read in pieces of random sizes, they say the same.
std::vector<std::size_t> piece_sizes(std::mt19937_64& random) {
    return {1, 7, 2 + random() % 300, 2 + random() % 3000};
}

TEST(GeminiRecordings, StreamsSayWhatTheyDidHoweverTheyAreSplit) {
    std::mt19937_64 random(20261129);
    for (const std::string provider : {"gemini", "vertex"}) {
        Counts counts;
        for (const Recording& recording : recordings(provider, "stream")) {
            SCOPED_TRACE(recording.name);
            const std::vector<json::object> recorded = responses_of(recording.body);
            const Said expected = read_plainly(recorded);
            if (expected.finish.empty()) {
                std::cout << "skipped, the client left before the end: " << recording.name << "\n";
                continue;
            }
            const Streamed whole = read_stream(recording.body);
            EXPECT_FALSE(whole.facts.invalid || whole.facts.error_event);
            EXPECT_EQ(whole.facts.text.reasoning_bytes, static_cast<std::int64_t>(expected.reasoning.size()));
            const json::object message = message_of_chunks(whole.deltas());
            expect_said(message, whole.facts.finish_reason, expected);
            expect_usage(whole.chunks().back().at("usage").as_object(), expected.usage);
            expect_to_come_back(message, expected);
            const auto passing = gemini_client().passing_writer();
            const AnswerOptions options = options_of(gemini_inbound());
            const std::string passed = read_stream_into(*passing, recording.body, options).out;
            expect_passed(responses_of(passed), recorded);
            for (const std::size_t piece : piece_sizes(random)) {
                EXPECT_EQ(read_stream(recording.body, piece).out, whole.out) << piece;
                EXPECT_EQ(read_stream_into(*passing, recording.body, options, piece).out, passed) << piece;
            }
            note(expected, counts);
        }
        if (counts.answers == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
        std::cout << provider << ": " << counts.answers << " recorded streams with " << counts.calls << " calls and "
                  << counts.signatures << " signatures\n";
    }
}

// A model's turn may have been empty: it is none.
std::size_t turns_that_say_something(const json::array& contents) {
    const json::array empty{{{"text", ""}}};
    return static_cast<std::size_t>(std::ranges::count_if(contents, [&](const json::value& content) {
        return content.at("role") == "user" || content.at("parts") != empty;
    }));
}

// What Google's clients sent is understood, and what of it the API itself can be told is told again.
TEST(GeminiRecordings, RequestsAreUnderstood) {
    int requests = 0;
    for (const std::string provider : {"gemini", "vertex"}) {
        for (const std::string kind : {"json", "stream", "error"}) {
            for (const Recording& recording : recordings(provider, kind)) {
                SCOPED_TRACE(recording.name);
                ChatRequest request;
                const Error error = gemini_client().read_request(recording.request, request);
                ASSERT_FALSE(error) << error.detail().message;
                std::string out;
                TranslationNotes notes;
                const Target target{.model = "m", .reasoning = ReasoningControl::level};
                const Error unwritten = write_gemini_request(request, target, out, notes);
                ASSERT_FALSE(unwritten) << unwritten.detail().message;
                const json::object sent = json::parse(out).as_object();
                const json::object asked = json::parse(recording.request).as_object();
                EXPECT_EQ(sent.at("contents").as_array().size(),
                          turns_that_say_something(asked.at("contents").as_array()));
                ++requests;
            }
        }
    }
    if (requests == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << requests << " recorded requests\n";
    EXPECT_GT(requests, 90);
}

TEST(GeminiRecordings, ErrorsAreErrors) {
    int errors = 0;
    for (const std::string provider : {"gemini", "vertex"}) {
        for (const Recording& recording : recordings(provider, "error")) {
            SCOPED_TRACE(recording.name);
            AnswerDelta facts;
            std::vector<AnswerEvent> events;
            EXPECT_EQ(read_gemini_answer(recording.body, facts, events), AnswerRead::error);
            EXPECT_TRUE(facts.error);
            ++errors;
        }
    }
    if (errors == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << errors << " recorded errors\n";
}

}  // namespace
}  // namespace tollgate::gemini_test
