// Recorded calls of Anthropic's Messages API. What its clients ask is the same chat when it is written for the API
// again; and its answers say to its clients what a plain reading of the recording finds, passed on or taken apart and
// put together, however they are split.
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <random>

#include "gateway/chat/dialect/messages/answer_reader.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"
#include "tests/unit/gateway/chat/dialect/messages/client_fixture.h"
#include "tests/unit/gateway/chat/dialect/messages/recordings.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;

constexpr std::string_view kNone = "recordings are not in the repository; none in " TOLLGATE_TEST_DATA;

// Blocks of tools that the API runs are no part of an answer to others; nor are members that it alone knows.
json::array canonical(const json::array& content) {
    static const std::map<std::string, std::vector<std::string>> kMembers = {
        {"text", {"type", "text"}},
        {"thinking", {"type", "thinking", "signature"}},
        {"redacted_thinking", {"type", "data"}},
        {"tool_use", {"type", "id", "name", "input"}},
    };
    json::array known;
    for (const json::value& block : content) {
        const auto members = kMembers.find(std::string(block.at("type").as_string()));
        if (members == kMembers.end() || (members->first == "text" && block.at("text") == "")) continue;
        json::object kept;
        for (const std::string& name : members->second) kept[name] = block.at(name);
        known.push_back(kept);
    }
    return known;
}

TokenCounts counts_of(const json::object& usage) {
    const std::int64_t read = count(usage, "cache_read_input_tokens"),
                       written = count(usage, "cache_creation_input_tokens");
    return {.prompt = count(usage, "input_tokens") + read + written,
            .completion = count(usage, "output_tokens"),
            .cache_read = read,
            .cache_write = written};
}

void expect_usage(const json::object& shown, const json::object& recorded) {
    for (const std::string_view name :
         {"input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"}) {
        EXPECT_EQ(count(shown, name), count(recorded, name)) << name;
    }
    EXPECT_EQ(shown.at("cost"), 0.5);
}

TEST(MessagesClientRecordings, RequestsAreTheSameChatWrittenAgain) {
    int chats = 0, changed = 0, with_server_tools = 0;
    for (const char* const kind : {"json", "stream"}) {
        for (const Recording& recording : recordings(kind, ".request")) {
            SCOPED_TRACE(recording.name);
            ASSERT_TRUE(is_json(recording.body, 64));
            if (!json::parse(recording.body).as_object().contains("max_tokens")) continue;  // count_tokens
            ChatRequest request, again;
            if (const Error error = messages_client().read_request(recording.body, request)) {
                EXPECT_TRUE(error.detail().param.starts_with("tools[")) << error.detail().message;
                EXPECT_EQ(error.retry(), Retry::elsewhere);
                ++with_server_tools;
                continue;
            }
            // A model takes one of the two ways to ask for reasoning.
            const bool adaptive = request.reasoning.tokens == 0;
            const Target target{.model = "claude",
                                .reasoning = adaptive ? ReasoningControl::adaptive : ReasoningControl::budget};
            std::string text;
            TranslationNotes notes;
            const Error error = messages_upstream().write_request(request, target, text, notes);
            ASSERT_FALSE(error) << error.detail().message;
            ASSERT_FALSE(messages_client().read_request(text, again)) << text;
            if (notes.dropped.empty() && notes.changed.empty()) {
                EXPECT_EQ(chat_test::described(again), chat_test::described(request));
            } else {
                ++changed;
            }
            ++chats;
        }
    }
    if (chats == 0) GTEST_SKIP() << kNone;
    std::cout << chats << " recorded requests, " << changed << " of them with members that are told to have been left "
              << "out or restated; " << with_server_tools << " with tools that the API runs, refused by name\n";
    EXPECT_GT(chats, 30);
}

TEST(MessagesClientRecordings, PlainAnswers) {
    int answers = 0;
    for (const Recording& recording : recordings("json")) {
        SCOPED_TRACE(recording.name);
        const json::object recorded = json::parse(recording.body).as_object();
        if (!recorded.contains("content")) continue;  // count_tokens
        const ChargedUsage usage{.counts = counts_of(recorded.at("usage").as_object()), .cost = "0.5"};
        std::string passed, written;
        messages_client().pass_answer(recording.body, client_options(), usage, passed);
        json::object message = json::parse(passed).as_object(), without_usage = recorded;
        expect_usage(message.at("usage").as_object(), recorded.at("usage").as_object());
        message.erase("usage");
        without_usage.erase("usage");
        EXPECT_EQ(message, without_usage);
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        ASSERT_EQ(read_messages_answer(recording.body, facts, events), AnswerRead::event);
        messages_client().write_answer(events, client_options(), usage, written);
        const json::object rewritten = json::parse(written).as_object();
        EXPECT_EQ(rewritten.at("content"), canonical(recorded.at("content").as_array()));
        EXPECT_EQ(rewritten.at("stop_reason"), recorded.at("stop_reason"));
        expect_usage(rewritten.at("usage").as_object(), recorded.at("usage").as_object());
        ++answers;
    }
    if (answers == 0) GTEST_SKIP() << kNone;
    std::cout << answers << " recorded answers\n";
    EXPECT_GT(answers, 40);
}

// What a relay does: events as they are read, to one of the writers.
class Relay {
  public:
    explicit Relay(bool passes) : passes_(passes) {
        sse_.begin(1 << 20);
        meter_.begin();
        passing_->begin(client_options());
        writing_->begin(client_options());
    }
    void feed(std::string_view bytes) {
        for (auto step = sse_.next(bytes); step != SseReader::Step::more; step = sse_.next(bytes)) {
            if (step != SseReader::Step::event) continue;
            AnswerDelta facts;
            std::vector<AnswerEvent> events;
            const AnswerRead read = reader_.read(sse_.name(), sse_.data(), facts, events);
            EXPECT_TRUE(read == AnswerRead::event || read == AnswerRead::ping || read == AnswerRead::done);
            meter_.add(facts);
            if (passes_) passing_->pass(sse_.name(), sse_.data(), facts, out_);
            for (const AnswerEvent& event : events) {
                if (!passes_) writing_->append(event, out_);
            }
        }
    }
    std::string end(const ChargedUsage& usage) {
        passes_ ? passing_->append_end(meter_, usage, out_) : writing_->append_end(meter_, usage, out_);
        return out_;
    }

  private:
    const bool passes_;
    SseReader sse_;
    MessagesEventReader reader_;
    AnswerMeter meter_;
    std::unique_ptr<PassingWriter> passing_ = messages_client().passing_writer();
    std::unique_ptr<EventWriter> writing_ = messages_client().event_writer();
    std::string out_;
};

std::string relayed(const std::string& body, bool passes, const ChargedUsage& usage,
                    const std::function<std::size_t()>& piece) {
    Relay relay(passes);
    std::string_view rest = body;
    while (!rest.empty()) {
        const std::size_t bytes = std::min(rest.size(), piece());
        relay.feed(rest.substr(0, bytes));
        rest.remove_prefix(bytes);
    }
    return relay.end(usage);
}

TEST(MessagesClientRecordings, StreamsHoweverTheyAreSplit) {
    int streams = 0;
    std::mt19937_64 random(11);
    for (const Recording& recording : recordings("stream")) {
        SCOPED_TRACE(recording.name);
        const json::object recorded = message_of_stream(recording.body);
        const ChargedUsage usage{.counts = counts_of(recorded.at("usage").as_object()), .cost = "0.5"};
        for (const bool passes : {true, false}) {
            const std::string whole = relayed(recording.body, passes, usage, [] { return SIZE_MAX; });
            const ReceivedStream stream(whole);
            EXPECT_TRUE(stream.stopped);
            const json::array content = recorded.at("content").as_array();
            EXPECT_EQ(canonical(stream.content), canonical(content));
            if (passes) EXPECT_EQ(stream.content.size(), content.size());
            EXPECT_EQ(stream.message.at("stop_reason"), recorded.at("stop_reason"));
            expect_usage(stream.message.at("usage").as_object(), recorded.at("usage").as_object());
            EXPECT_EQ(relayed(recording.body, passes, usage, [] { return 1; }), whole);
            EXPECT_EQ(relayed(recording.body, passes, usage, [&] { return 1 + random() % 300; }), whole);
        }
        ++streams;
    }
    if (streams == 0) GTEST_SKIP() << kNone;
    std::cout << streams << " recorded streams\n";
    EXPECT_GT(streams, 10);
}

}  // namespace
}  // namespace tollgate::messages_test
