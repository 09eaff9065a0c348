// Recorded answers of upstreams of chat completions: what they are told to say is what a plain reading of the recording
// finds, and each request that was recorded is written for its provider as one that says the same.
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <sstream>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/chat/request_writer.h"
#include "gateway/chat/dialect/chat/tool_ids.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"
#include "tests/unit/gateway/chat/dialect/chat/answer_fixture.h"
#include "tests/unit/gateway/chat/dialect/chat/shipped_quirks.h"
#include "tests/unit/gateway/chat/recorded_calls.h"

namespace tollgate::chat_upstream_test {
namespace {

namespace json = boost::json;

using Recording = chat_test::RecordedCall;

std::vector<Recording> recordings(const std::string& kind) {
    return chat_test::recorded_calls_of_path("chat/completions", kind);
}

std::optional<json::value> object_in(std::string_view text) {
    json::error_code failed;
    json::value value = json::parse(text, failed);
    if (failed || !value.is_object()) return std::nullopt;
    return value;
}

const json::value* find(const json::value& value, std::string_view name) {
    return value.is_object() ? value.as_object().if_contains(name) : nullptr;
}

std::string text_in(const json::value& value, std::string_view name) {
    const json::value* const found = find(value, name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

const json::array* list_in(const json::value& value, std::string_view name) {
    const json::value* const found = find(value, name);
    return found != nullptr ? found->if_array() : nullptr;
}

// --- A plain reading: deltas, or a message, added up

void add_content(const json::value& message, Told& told) {
    told.text += text_in(message, "content");
    const json::array* const parts = list_in(message, "content");
    if (parts == nullptr) return;
    for (const json::value& part : *parts) {
        told.text += text_in(part, "text");
        const json::array* const thoughts = list_in(part, "thinking");
        if (thoughts == nullptr) continue;
        for (const json::value& thought : *thoughts) told.reasoning += text_in(thought, "text");
    }
}

void add_reasoning(const json::value& message, Told& told) {
    const std::string shown = text_in(message, "reasoning") + text_in(message, "reasoning_content");
    std::string details;
    if (const json::array* const list = list_in(message, "reasoning_details")) {
        for (const json::value& detail : *list) {
            details += text_in(detail, "text") + text_in(detail, "summary");
            if (const std::string data = text_in(detail, "data"); !data.empty()) told.sealed.push_back(data);
            if (const std::string mark = text_in(detail, "signature"); !mark.empty()) told.signatures.push_back(mark);
        }
    }
    told.reasoning += details.empty() ? shown : details;
}

// In the recordings a call that goes on has no id.
void add_calls(const json::value& message, Told& told) {
    const json::array* const list = list_in(message, "tool_calls");
    if (list == nullptr) return;
    for (const json::value& call : *list) {
        const json::value& function = call.at("function");
        if (!text_in(call, "id").empty()) told.calls.push_back({text_in(call, "id"), text_in(function, "name"), {}});
        told.calls.back().arguments += text_in(function, "arguments");
    }
}

void add_choice(const json::value& choice, Told& told) {
    const json::value* message = find(choice, "message");
    if (message == nullptr) message = find(choice, "delta");
    if (message != nullptr) {
        add_content(*message, told);
        add_reasoning(*message, told);
        told.refusal += text_in(*message, "refusal");
        add_calls(*message, told);
        if (const json::array* const list = list_in(*message, "annotations")) {
            for (const json::value& one : *list) {
                if (text_in(one, "type") == "url_citation") told.citations.push_back(json::serialize(one));
            }
        }
    }
    const std::string finish = text_in(choice, "finish_reason"), native = text_in(choice, "native_finish_reason");
    if (told.native.empty() && !finish.empty()) told.native = native.empty() ? finish : native;
    if (!finish.empty()) told.finish = finish;
}

struct Expected {
    Told told;
    json::object usage;
    std::string id;
    bool failed = false, done = false;
};

void add_answer(const json::value& answer, Expected& expected) {
    const auto* const error = find(answer, "error");
    expected.failed = expected.failed || (error != nullptr && !error->is_null());
    if (expected.failed) return;
    if (expected.id.empty()) expected.id = text_in(answer, "id");
    if (const json::array* const choices = list_in(answer, "choices"); choices != nullptr && !choices->empty()) {
        add_choice(choices->front(), expected.told);
    }
    const auto* const usage = find(answer, "usage");
    if (usage != nullptr && usage->is_object()) expected.usage = usage->as_object();
}

// Some never say why it ended.
void end(Expected& expected) {
    std::string& finish = expected.told.finish;
    if (finish.empty() && !expected.failed) finish = expected.told.calls.empty() ? "stop" : "tool_calls";
    for (Told::Call& call : expected.told.calls) {
        if (call.arguments.empty()) call.arguments = "{}";
    }
}

Expected read_events(const std::string& body) {
    Expected expected;
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.starts_with("data:")) continue;
        const std::string data = line.substr(5);
        if (data.find("[DONE]") < 3) {
            expected.done = true;
        } else {
            add_answer(object_in(data).value(), expected);
        }
    }
    end(expected);
    return expected;
}

std::int64_t count(const json::value& object, std::string_view name) {
    const json::value* const value = find(object, name);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

// Spaces between tokens are the recording's own.
Told normal(Told told) {
    for (std::string& citation : told.citations) citation = json::serialize(json::parse(citation));
    return told;
}

void expect_same(Answer& answer, const Expected& expected) {
    EXPECT_EQ(normal(answer.told()).citations, expected.told.citations);
    EXPECT_EQ(answer.told().text, expected.told.text);
    EXPECT_EQ(answer.told().reasoning, expected.told.reasoning);
    EXPECT_EQ(answer.told().calls, expected.told.calls);
    EXPECT_EQ(normal(answer.told()), expected.told);
    if (!expected.failed) EXPECT_EQ(answer.listener.id(), expected.id);
    EXPECT_EQ(answer.facts.error_event, expected.failed);
    if (expected.usage.empty()) return;
    EXPECT_EQ(answer.facts.usage.prompt, count(expected.usage, "prompt_tokens"));
    EXPECT_EQ(answer.facts.usage.completion, count(expected.usage, "completion_tokens"));
    if (const auto* const details = expected.usage.if_contains("prompt_tokens_details")) {
        const std::int64_t cached = count(*details, "cached_tokens");
        EXPECT_EQ(std::max<std::int64_t>(answer.facts.usage.cache_read, 0), cached);
    }
    if (const auto* const details = expected.usage.if_contains("completion_tokens_details")) {
        const std::int64_t reasoning = count(*details, "reasoning_tokens");
        EXPECT_EQ(std::max<std::int64_t>(answer.facts.usage.reasoning, 0), reasoning);
    }
}

struct Tally {
    std::map<std::string, int> answers;
    int calls = 0, reasoned = 0, skipped = 0;

    void add(const Recording& recording, const Told& told) {
        ++answers[recording.provider];
        calls += static_cast<int>(told.calls.size());
        reasoned += told.reasoning.empty() ? 0 : 1;
    }
    void skip(const Recording& recording, std::string_view why) {
        ++skipped;
        std::cout << "skipped " << recording.provider << "/" << recording.name << ": " << why << "\n";
    }
    int print(std::string_view what) const {
        int all = 0;
        for (const auto& [provider, number] : answers) {
            std::cout << "  " << provider << ": " << number << "\n";
            all += number;
        }
        std::cout << all << " " << what << " with " << calls << " calls, " << reasoned << " with reasoning; " << skipped
                  << " skipped\n";
        return all;
    }
};

TEST(ChatRecordings, PlainAnswersSayWhatTheyDid) {
    Tally tally;
    for (const Recording& recording : recordings("json")) {
        SCOPED_TRACE(recording.provider + "/" + recording.name);
        const auto recorded = object_in(recording.body);
        if (!recorded || list_in(*recorded, "choices") == nullptr) {
            tally.skip(recording, "its provider did not answer a chat");
            continue;
        }
        Expected expected;
        add_answer(*recorded, expected);
        end(expected);
        Answer answer = read_plain(recording.body);
        EXPECT_EQ(answer.read, AnswerRead::event);
        expect_same(answer, expected);
        tally.add(recording, expected.told);
    }
    if (tally.answers.empty()) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    EXPECT_GT(tally.print("recorded answers"), 200);
    EXPECT_GT(tally.calls, 90);
    EXPECT_GT(tally.reasoned, 40);
}

TEST(ChatRecordings, StreamsSayWhatTheyDidHoweverTheyAreSplit) {
    Tally tally;
    for (const Recording& recording : recordings("stream")) {
        SCOPED_TRACE(recording.provider + "/" + recording.name);
        const Expected expected = read_events(recording.body);
        Answer whole = read_stream(recording.body);
        expect_same(whole, expected);
        EXPECT_EQ(whole.facts.done, expected.done);
        EXPECT_FALSE(whole.facts.invalid);
        std::mt19937_64 random(recording.body.size());
        Answer single = read_stream(recording.body, 1);
        Answer pieces = read_stream_in(recording.body, [&] { return 1 + random() % 40; });
        for (Answer* const other : {&single, &pieces}) {
            EXPECT_EQ(other->told(), whole.told());
            EXPECT_EQ(other->listener.order(), whole.listener.order());
            EXPECT_EQ(other->facts.usage, whole.facts.usage);
        }
        tally.add(recording, expected.told);
    }
    if (tally.answers.empty()) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    EXPECT_GT(tally.print("recorded streams"), 20);
}

// The catalogue's name for a provider of the recordings; one that it does not describe passes for OpenAI.
std::string slug_of(const std::string& provider) {
    static const std::map<std::string, std::string> kOtherwise = {
        {"local", "vllm"},         {"zai", "z-ai"},     {"bedrock", "amazon-bedrock"},
        {"huggingface", "openai"}, {"other", "openai"},
    };
    const auto found = kOtherwise.find(provider);
    return found == kOtherwise.end() ? provider : found->second;
}

TEST(ChatRecordings, RequestsSayTheSameWhenTheyAreWrittenAnew) {
    int requests = 0, refused = 0;
    for (const std::string kind : {"json", "stream"}) {
        for (const Recording& recording : recordings(kind)) {
            SCOPED_TRACE(recording.provider + "/" + recording.name);
            ChatRequest request, again;
            if (!is_json(recording.request, kDepth)) continue;
            if (const Error error = read_chat_request(recording.request, {}, request)) {
                ++refused;
                std::cout << "not read " << recording.name << ": " << error.detail().message << "\n";
                continue;
            }
            request.unknown.clear();  // the provider's own, which no other takes
            ToolIds ids(false);
            for (Part& part : request.parts) {
                if (part.kind == Part::Kind::tool_call || part.kind == Part::Kind::tool_result) {
                    part.id = request.keep(ids.sent(part.id));
                }
            }
            std::string text, own;
            TranslationNotes notes, own_notes;
            const Target widest{.model = "m", .quirks = chat_test::shipped_quirks("openrouter")};
            ASSERT_FALSE(write_chat_request(request, widest, text, notes));
            EXPECT_EQ(notes.dropped.text() + notes.changed.text(), "");
            ASSERT_FALSE(read_chat_request(text, {}, again)) << text;
            EXPECT_EQ(chat_test::described(again), chat_test::described(request));
            const Target target{.model = "m", .quirks = chat_test::shipped_quirks(slug_of(recording.provider))};
            EXPECT_FALSE(write_chat_request(request, target, own, own_notes));
            EXPECT_TRUE(is_json(own, kDepth)) << own;
            ++requests;
        }
    }
    if (requests == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << requests << " recorded requests; " << refused << " are not understood\n";
    EXPECT_GT(requests, 200);
}

TEST(ChatRecordings, ErrorsAreErrors) {
    int errors = 0;
    for (const Recording& recording : recordings("error")) {
        if (!object_in(recording.body)) continue;
        SCOPED_TRACE(recording.provider + "/" + recording.name);
        EXPECT_EQ(read_plain(recording.body).read, AnswerRead::error);
        ++errors;
    }
    if (errors == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << errors << " recorded errors\n";
}

}  // namespace
}  // namespace tollgate::chat_upstream_test
