// What is written for Google's API and read as its clients' requests are is the same chat; and what is written for its
// clients and read as its answers are is the same answer.
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/gemini/event_writer.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "gateway/chat/reader/sse.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"

namespace tollgate {
namespace {

using chat_test::ChatFeatures;
using Kind = AnswerEvent::Kind;

constexpr Target kTarget{.model = "m", .reasoning = ReasoningControl::level};

ChatFeatures features() {
    ChatFeatures features;
    features.instruction_in_middle = false;  // is text there
    features.refusals = false;               // are text
    features.cache_marks = false;
    features.strict_tools = false;
    features.schema_names = false;
    features.audio = true;
    features.video = true;
    features.reasoning_format = ReasoningFormat::google;
    features.parameters = {
        Parameter::temperature,      Parameter::top_p, Parameter::top_k,  Parameter::frequency_penalty,
        Parameter::presence_penalty, Parameter::seed,  Parameter::choices};
    return features;
}

// What the API cannot say is left out of what was drawn.
void make_expressible(ChatRequest& chat) {
    chat.tool_choice.one_at_a_time = false;
    for (std::vector<Part>* const parts : {&chat.parts, &chat.result_parts}) {
        for (Part& part : *parts) {
            part.media.name = {};
            // Of an address the kind of media is not told, so it is a file.
            if (part.media.source == Media::Source::url) part.kind = Part::Kind::file;
        }
    }
    // What is sealed before a call is its call's.
    for (std::size_t i = 1; i < chat.parts.size(); ++i) {
        const bool sealed = chat.parts[i - 1].kind == Part::Kind::sealed_reasoning;
        if (sealed && chat.parts[i].kind == Part::Kind::tool_call) chat.parts[i - 1].id = chat.parts[i].id;
    }
}

TEST(GeminiRoundTrip, RandomChatsComeBack) {
    std::mt19937_64 random(20261129);
    for (int i = 0; i < 1000; ++i) {
        ChatRequest chat = chat_test::random_chat(random, features());
        make_expressible(chat);
        std::string body;
        TranslationNotes notes;
        const Error error = gemini_upstream().write_request(chat, kTarget, body, notes);
        ASSERT_FALSE(error) << error.detail().message;
        ASSERT_TRUE(is_json(body, 64)) << body;
        EXPECT_EQ(notes.dropped.text() + notes.changed.text(), "") << body;
        ChatRequest read;
        const Error unread = gemini_client().read_request(body, read);
        ASSERT_FALSE(unread) << unread.detail().message << "\n" << body;
        ASSERT_EQ(chat_test::described(read), chat_test::described(chat)) << body;
        std::string again;
        ASSERT_FALSE(gemini_upstream().write_request(read, kTarget, again, notes));
        ASSERT_EQ(again, body) << "written again";
    }
}

// --- Answers

// An answer drawn at random; its texts live in `texts`.
struct Answer {
    std::deque<std::string> texts;
    std::vector<AnswerEvent> events;
};

class RandomAnswer {
  public:
    explicit RandomAnswer(std::mt19937_64& random) : random_(random) {}

    Answer draw() {
        answer_.events.push_back({.kind = Kind::begin, .id = keep("resp-" + std::to_string(below(1000)))});
        for (std::uint64_t parts = 1 + below(5); parts > 0; --parts) part();
        for (std::uint64_t calls = below(3); calls > 0; --calls) call();
        const FinishReason reason = below(4) == 0 ? FinishReason::length
                                    : calls_ > 0  ? FinishReason::tool_calls
                                                  : FinishReason::stop;
        answer_.events.push_back({.kind = Kind::finish, .reason = reason});
        return std::move(answer_);
    }

  private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    Spelt keep(std::string text) { return answer_.texts.emplace_back(std::move(text)); }
    Spelt words() { return keep("w" + std::to_string(below(100)) + (below(2) == 0 ? R"(\n\"\u00e9)" : "\xc3\xa9 ")); }

    void part() {
        const std::uint64_t kind = below(4);
        if (kind == 3) {
            answer_.events.push_back({.kind = Kind::image, .part = part_++, .text = "iVBO", .media_type = "image/png"});
            return;
        }
        const bool thought = kind == 0;
        if (kind == 2) sealed({});
        for (std::uint64_t pieces = 1 + below(3); pieces > 0; --pieces) {
            answer_.events.push_back({.kind = thought ? Kind::reasoning : Kind::text,
                                      .part = part_,
                                      .text = words(),
                                      .format = thought ? ReasoningFormat::google : ReasoningFormat::unknown});
        }
        if (thought && below(2) == 0) {
            answer_.events.push_back(
                {.kind = Kind::signature, .part = part_, .text = "Sg==", .format = ReasoningFormat::google});
        }
        ++part_;
    }
    void sealed(Spelt id) {
        answer_.events.push_back({.kind = Kind::sealed_reasoning,
                                  .part = part_++,
                                  .text = keep("S" + std::to_string(below(1000))),
                                  .id = id,
                                  .format = ReasoningFormat::google});
    }
    void call() {
        const Spelt id = keep("call_" + std::to_string(below(100)) + "_" + std::to_string(calls_));
        if (below(2) == 0) sealed(id);
        answer_.events.push_back({.kind = Kind::call, .part = part_, .call = calls_, .id = id, .name = "f"});
        answer_.events.push_back(
            {.kind = Kind::arguments, .part = part_++, .call = calls_++, .value = R"({"p":"a\"b","n":1.50})"});
    }

    std::mt19937_64& random_;
    Answer answer_;
    std::uint32_t part_ = 0, calls_ = 0;
};

// What an answer says, in lines: fragments of one part as one.
std::string described(const std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 11> kKinds = {"begin",     "text",     "refusal", "reasoning",
                                                                "signature", "sealed",   "call",    "arguments",
                                                                "image",     "citation", "finish"};
    std::string out;
    Kind last = Kind::begin;
    for (const AnswerEvent& event : events) {
        const bool goes_on = event.kind == last && (event.kind == Kind::text || event.kind == Kind::reasoning);
        if (!goes_on) ((out += '\n') += kKinds[static_cast<std::size_t>(event.kind)]) += ' ';
        last = event.kind;
        ((((out += event.id) += event.name) += event.text) += event.value) += event.media_type;
        if (event.kind == Kind::finish) out += to_string(event.reason);
    }
    return out;
}

const ChargedUsage kUsage{.counts = {.prompt = 5, .completion = 3}, .cost = "0"};

TEST(GeminiRoundTrip, RandomPlainAnswersComeBack) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 500; ++i) {
        const Answer answer = RandomAnswer(random).draw();
        std::string body;
        gemini_client().write_answer(answer.events, {}, kUsage, body);
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        ASSERT_EQ(gemini_upstream().read_answer(body, facts, events), AnswerRead::event) << body;
        ASSERT_EQ(described(events), described(answer.events)) << body;
        EXPECT_EQ(facts.usage->prompt, 5);
    }
}

TEST(GeminiRoundTrip, RandomStreamsComeBack) {
    std::mt19937_64 random(8);
    for (int i = 0; i < 500; ++i) {
        const Answer answer = RandomAnswer(random).draw();
        const auto writer = gemini_client().event_writer();
        std::string out;
        AnswerMeter meter;
        meter.begin();
        writer->begin({});
        for (const AnswerEvent& event : answer.events) writer->append(event, out);
        writer->append_end(meter, kUsage, out);
        const auto reader = gemini_upstream().event_reader();
        SseReader sse;
        sse.begin(1 << 20);
        std::deque<std::string> texts;
        std::deque<AnswerDelta> facts;
        std::vector<AnswerEvent> events;
        std::string_view bytes = out;
        while (sse.next(bytes) == SseReader::Step::event) {
            ASSERT_EQ(reader->read({}, texts.emplace_back(sse.data()), facts.emplace_back(), events),
                      AnswerRead::event);
        }
        ASSERT_EQ(described(events), described(answer.events)) << out;
    }
}

}  // namespace
}  // namespace tollgate
