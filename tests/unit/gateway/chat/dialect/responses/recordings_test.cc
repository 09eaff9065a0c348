// Recorded answers of the Responses API, of whatever provider: clients of chat completions get what a plain reading of
// the recording finds, its own clients get its bytes, and what was sealed comes back.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <random>

#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/responses/answer_reader.h"
#include "gateway/chat/dialect/responses/request_reader.h"
#include "gateway/chat/dialect/responses/request_writer.h"
#include "tests/unit/gateway/chat/dialect/responses/answer_fixture.h"
#include "tests/unit/gateway/chat/recorded_calls.h"

namespace tollgate::responses_test {
namespace {

namespace json = boost::json;

using Recording = chat_test::RecordedCall;

std::vector<Recording> recordings(const std::string& kind) {
    std::vector<Recording> found = chat_test::recorded_calls_of_path("/responses", kind);
    std::erase_if(found, [](const Recording& one) { return !one.path.ends_with("/responses"); });
    return found;
}

struct Said {
    std::string text, reasoning, sealed;
    json::array calls;
    bool operator==(const Said&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Said& said) {
    return out << said.text << "\n--- " << said.reasoning << "\n--- " << said.sealed << "\n--- "
               << json::serialize(said.calls);
}

std::string text_in(const json::value& object, std::string_view name) {
    const auto* const value = object.as_object().if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Said said_by(const json::array& output) {
    Said said;
    for (const json::value& item : output) {
        const std::string type = text_in(item, "type");
        const auto texts = [&](std::string_view list, std::string& into) {
            const auto* const parts = item.as_object().if_contains(list);
            if (parts == nullptr || !parts->is_array()) return;
            for (const json::value& part : parts->as_array()) into += text_in(part, "text");
        };
        if (type == "message") texts("content", said.text);
        if (type == "reasoning") {
            texts("summary", said.reasoning);
            texts("content", said.reasoning);
            said.sealed += text_in(item, "encrypted_content");
        }
        if (type == "function_call") {
            said.calls.push_back(
                {{"id", item.at("call_id")}, {"name", item.at("name")}, {"arguments", item.at("arguments")}});
        }
    }
    return said;
}

Said said_by(const std::vector<AnswerEvent>& events) {
    Said said;
    for (const AnswerEvent& event : events) {
        if (event.kind == AnswerEvent::Kind::text) said.text += plain(event.text);
        if (event.kind == AnswerEvent::Kind::reasoning) said.reasoning += plain(event.text);
        if (event.kind == AnswerEvent::Kind::sealed_reasoning) said.sealed += plain(event.text);
        if (event.kind == AnswerEvent::Kind::call) {
            EXPECT_EQ(event.call, said.calls.size());
            said.calls.push_back({{"id", plain(event.id)}, {"name", plain(event.name)}, {"arguments", ""}});
        }
        if (event.kind == AnswerEvent::Kind::arguments) {
            json::string& arguments = said.calls.at(event.call).at("arguments").as_string();
            arguments += plain(event.text);
        }
    }
    return said;
}

std::int64_t count(const json::value& usage, std::string_view name, std::string_view detail = {}) {
    const auto* value = usage.as_object().if_contains(name);
    if (value != nullptr && !detail.empty())
        value = value->is_object() ? value->as_object().if_contains(detail) : nullptr;
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

void expect_usage(const ReportedUsage& read, const json::value& recorded) {
    const TokenCounts counts = billed_usage(read, {}).counts;
    EXPECT_EQ(counts.prompt, count(recorded, "input_tokens"));
    EXPECT_EQ(counts.completion, count(recorded, "output_tokens"));
    EXPECT_EQ(counts.cache_read, count(recorded, "input_tokens_details", "cached_tokens"));
    EXPECT_EQ(counts.reasoning, count(recorded, "output_tokens_details", "reasoning_tokens"));
}

std::string_view finish_of(const json::value& response, const Said& said) {
    if (response.at("status") == "incomplete") return "length";
    return said.calls.empty() ? "stop" : "tool_calls";
}

// Without what may differ: the figures of the usage, and the cost.
json::value without_usage(json::value response) {
    response.as_object().erase("usage");
    return response;
}

void print(std::string_view what, const std::map<std::string, int>& counts) {
    for (const auto& [provider, number] : counts) std::cout << provider << ": " << number << ' ' << what << '\n';
}

// The output, as a client sends it back with results for its calls; read, and written for the API again.
void expect_to_come_back(const json::array& output, const Said& said) {
    json::array input{{{"role", "user"}, {"content", "go"}}};
    for (const json::value& item : output) {
        const std::string type = text_in(item, "type");
        if (type == "message" || type == "reasoning" || type == "function_call") input.push_back(item);
    }
    for (const json::value& call : said.calls) {
        input.push_back({{"type", "function_call_output"}, {"call_id", call.at("id")}, {"output", "ok"}});
    }
    const std::string body = json::serialize(json::object{{"model", "m"}, {"input", input}});
    ChatRequest request;
    ASSERT_FALSE(read_responses_request(body, request));
    std::string text;
    TranslationNotes notes;
    Target target{.model = "m"};
    target.quirks.add(Quirk::reasoning_content);
    ASSERT_FALSE(write_responses_request(request, target, text, notes));
    const Said back = said_by(json::parse(text).at("input").as_array());
    EXPECT_EQ(back.sealed, said.sealed);
    EXPECT_EQ(back.calls, said.calls);
    EXPECT_EQ(back.text, said.text);
}

TEST(ResponsesRecordings, PlainAnswersSayWhatTheyDid) {
    std::map<std::string, int> passed;
    for (const Recording& recording : recordings("json")) {
        SCOPED_TRACE(recording.provider + "/" + recording.name);
        ASSERT_TRUE(is_json(recording.body, kDepth));
        const json::value recorded = json::parse(recording.body);
        const Said expected = said_by(recorded.at("output").as_array());
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        ASSERT_EQ(read_responses_answer(recording.body, facts, events), AnswerRead::event);
        EXPECT_EQ(said_by(events), expected);
        EXPECT_EQ(facts.finish_reason, finish_of(recorded, expected));
        ASSERT_TRUE(facts.usage);
        expect_usage(*facts.usage, recorded.at("usage"));
        EXPECT_EQ(facts.text.reasoning_bytes, static_cast<std::int64_t>(expected.reasoning.size()));
        std::string chat;
        write_chat_answer(events, options_of(openai_inbound()), {.cost = "0"}, chat);
        EXPECT_EQ(text_in(json::parse(chat).at_pointer("/choices/0/message"), "content"), expected.text);
        Plain pass;
        translate(responses_upstream(), responses_client(), recording.body, pass);
        EXPECT_EQ(without_usage(pass.answer()), without_usage(recorded));
        EXPECT_EQ(pass.answer().at("usage").at("cost"), 0.5);
        EXPECT_EQ(count(pass.answer().at("usage"), "input_tokens"), count(recorded.at("usage"), "input_tokens"));
        expect_to_come_back(recorded.at("output").as_array(), expected);
        ++passed[recording.provider];
    }
    if (passed.empty()) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    print("plain answers", passed);
    EXPECT_EQ(passed["openai"], 33);
    EXPECT_GE(passed.size(), 5U);
}

// What a client of chat completions puts together.
Said said_in_chunks(const Streamed& streamed) {
    Said said;
    for (const json::value& delta : streamed.deltas()) {
        said.text += text_in(delta, "content");
        said.reasoning += text_in(delta, "reasoning_content");
        if (const auto* const details = delta.as_object().if_contains("reasoning_details")) {
            for (const json::value& detail : details->as_array()) said.sealed += text_in(detail, "data");
        }
        const auto* const calls = delta.as_object().if_contains("tool_calls");
        if (calls == nullptr) continue;
        for (const json::value& call : calls->as_array()) {
            const auto index = static_cast<std::size_t>(call.at("index").as_int64());
            if (call.as_object().contains("id")) {
                EXPECT_EQ(index, said.calls.size());
                said.calls.push_back(
                    {{"id", call.at("id")}, {"name", call.at_pointer("/function/name")}, {"arguments", ""}});
            }
            said.calls.at(index).at("arguments").as_string() += text_in(call.at("function"), "arguments");
        }
    }
    return said;
}

// As a relay for a client of chat completions.
class ChatClientForTest final : public ClientDialect {
  public:
    std::string_view name() const override { return "chat"; }
    Error read_request(std::string_view, ChatRequest&) const override { return {}; }
    std::unique_ptr<EventWriter> event_writer() const override { return std::make_unique<ChatEventWriter>(); }
    void write_answer(std::span<const AnswerEvent>, const AnswerOptions&, const ChargedUsage&,
                      std::string&) const override {}
    std::unique_ptr<PassingWriter> passing_writer() const override { return nullptr; }
    void pass_answer(std::string_view, const AnswerOptions&, const ChargedUsage&, std::string&) const override {}
};

// The API seals an item anew for its last event; a client gets what it is given first.
std::string sealed_in(const std::vector<Event>& events) {
    std::string sealed;
    for (const Event& event : events) {
        if (event.type() == "response.output_item.done" && event.data.at("item").at("type") == "reasoning") {
            sealed += text_in(event.data.at("item"), "encrypted_content");
        }
    }
    return sealed;
}

void expect_same_events(const Streamed& passed, const std::string& body) {
    const std::vector<Event> before = events_in(body), after = passed.events();
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i + 1 < before.size(); ++i) {
        ASSERT_EQ(after[i].name, before[i].name);
        ASSERT_EQ(after[i].data, before[i].data);
    }
    EXPECT_EQ(without_usage(after.back().data.at("response")), without_usage(before.back().data.at("response")));
    EXPECT_EQ(after.back().data.at("response").at("usage").at("cost"), 0.5);
}

TEST(ResponsesRecordings, StreamsSayWhatTheyDidHoweverTheyAreSplit) {
    const ChatClientForTest chat;
    std::map<std::string, int> passed;
    std::mt19937 random(11);
    for (const Recording& recording : recordings("stream")) {
        SCOPED_TRACE(recording.provider + "/" + recording.name);
        const json::value recorded = events_in(recording.body).back().data.at("response");
        Said expected = said_by(recorded.at("output").as_array());
        expect_to_come_back(recorded.at("output").as_array(), expected);
        expected.sealed = sealed_in(events_in(recording.body));
        const Streamed whole = relay(responses_upstream(), chat, recording.body);
        EXPECT_TRUE(whole.facts.done);
        EXPECT_FALSE(whole.facts.invalid || whole.facts.error_event);
        EXPECT_EQ(whole.facts.finish_reason, finish_of(recorded, expected));
        EXPECT_EQ(said_in_chunks(whole), expected);
        expect_usage(whole.facts.usage, recorded.at("usage"));
        const Streamed pass = relay(responses_upstream(), responses_client(), recording.body);
        expect_same_events(pass, recording.body);
        for (const std::size_t piece : {std::size_t{1}, std::size_t{2} + random() % 500}) {
            EXPECT_EQ(relay(responses_upstream(), chat, recording.body, piece).out, whole.out);
            EXPECT_EQ(relay(responses_upstream(), responses_client(), recording.body, piece).out, pass.out);
        }
        ++passed[recording.provider];
    }
    if (passed.empty()) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    print("streams", passed);
    EXPECT_EQ(passed["openai"], 24);
    EXPECT_GE(passed.size(), 4U);
}

TEST(ResponsesRecordings, ErrorsAreRead) {
    std::map<std::string, int> passed;
    for (const Recording& recording : recordings("error")) {
        SCOPED_TRACE(recording.provider + "/" + recording.name);
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        EXPECT_EQ(read_responses_answer(recording.body, facts, events), AnswerRead::error);
        const auto error = read_provider_error(recording.body);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->message, json::parse(recording.body).at("error").at("message").as_string());
        ++passed[recording.provider];
    }
    if (passed.empty()) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    print("errors", passed);
    EXPECT_EQ(passed["openai"], 6);
}

}  // namespace
}  // namespace tollgate::responses_test
