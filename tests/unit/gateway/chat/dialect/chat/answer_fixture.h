// Answers of upstreams that speak chat completions, as they are told in canonical events.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/chat/answer_reader.h"
#include "gateway/chat/reader/sse.h"

namespace tollgate::chat_upstream_test {

inline constexpr std::size_t kDepth = 128;

// What one choice says in all.
struct Told {
    struct Call {
        std::string id, name, arguments;
        bool operator==(const Call&) const = default;
    };
    std::string text{}, reasoning{}, refusal{}, finish{}, native{};
    std::vector<Call> calls{};
    std::vector<std::string> signatures{}, sealed{}, citations{};
    bool operator==(const Told&) const = default;
};

inline void PrintTo(const Told::Call& call, std::ostream* out) {
    *out << call.id << ": " << call.name << "(" << call.arguments << ")";
}
inline void PrintTo(const Told& told, std::ostream* out) {
    *out << "text " << told.text << "\nreasoning " << told.reasoning << "\nrefusal " << told.refusal << "\nfinish "
         << told.finish << " " << told.native << "\ncalls " << testing::PrintToString(told.calls) << "\nsignatures "
         << testing::PrintToString(told.signatures) << "\nsealed " << testing::PrintToString(told.sealed)
         << "\ncitations " << testing::PrintToString(told.citations);
}

// Adds events up, and checks what must hold of all of them.
class Listener {
  public:
    void take(const std::vector<AnswerEvent>& events) {
        for (const AnswerEvent& event : events) take(event);
    }
    // Arguments are plain once the choice has ended.
    Told told(std::size_t choice = 0) const {
        Told told = choice < told_.size() ? told_[choice] : Told();
        if (told.finish.empty()) return told;
        for (Told::Call& call : told.calls) call.arguments = plain(call.arguments);
        return told;
    }
    std::size_t choices() const { return told_.size(); }
    const std::string& id() const { return id_; }
    // "text 0, call 1 …": kinds with their parts, repeated ones once.
    const std::string& order() const { return order_; }

  private:
    using Kind = AnswerEvent::Kind;

    void take(const AnswerEvent& event) {
        EXPECT_EQ(begun_, event.kind != Kind::begin) << "the beginning is told first, and once";
        begun_ = true;
        if (told_.size() <= event.choice) told_.resize(event.choice + 1);
        Told& told = told_[event.choice];
        note_order(event);
        switch (event.kind) {
            case Kind::begin:
                id_ = event.id;
                break;
            case Kind::text:
                told.text += plain(event.text);
                break;
            case Kind::refusal:
                told.refusal += plain(event.text);
                break;
            case Kind::reasoning:
                told.reasoning += plain(event.text);
                break;
            case Kind::signature:
                told.signatures.push_back(plain(event.text));
                break;
            case Kind::sealed_reasoning:
                told.sealed.push_back(plain(event.text));
                break;
            case Kind::call:
                EXPECT_EQ(event.call, told.calls.size()) << "counted over the whole answer";
                EXPECT_FALSE(event.id.empty());
                told.calls.push_back({plain(event.id), plain(event.name), {}});
                break;
            case Kind::arguments:
                ASSERT_LT(event.call, told.calls.size()) << "told before its call";
                told.calls[event.call].arguments += event.value.empty() ? event.text : spell(event.value);
                break;
            case Kind::image:
                break;
            case Kind::citation:
                told.citations.emplace_back(event.value);
                break;
            case Kind::finish:
                EXPECT_NE(told.finish, to_string(event.reason)) << "the same is said once";
                told.finish = to_string(event.reason);
                told.native = plain(event.native_reason);
                break;
        }
    }
    void note_order(const AnswerEvent& event) {
        static constexpr std::array<std::string_view, 12> kKinds = {"begin",     "text",     "refusal", "reasoning",
                                                                    "signature", "sealed",   "call",    "arguments",
                                                                    "image",     "citation", "finish"};
        if (event.kind == Kind::begin || event.kind == Kind::finish) return;
        const std::string word =
            std::string(kKinds[static_cast<std::size_t>(event.kind)]) + " " + std::to_string(event.part);
        if (word == last_) return;
        last_ = word;
        order_ += (order_.empty() ? "" : ", ") + word;
    }

    std::vector<Told> told_;
    std::string id_, order_, last_;
    bool begun_ = false;
};

struct Answer {
    Listener listener;
    StreamFacts facts;
    AnswerRead read = AnswerRead::invalid;  // of a plain one

    Told told() const { return listener.told(); }
};

inline Answer read_plain(std::string_view body) {
    Answer answer;
    EXPECT_TRUE(is_json(body, kDepth)) << body;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    answer.read = read_chat_answer(body, facts, events);
    answer.listener.take(events);
    AnswerMeter meter;
    meter.begin();
    meter.add(facts);
    answer.facts = meter.facts();
    return answer;
}

// In pieces as `next_piece` says, as a relay does.
template <class NextPiece>
Answer read_stream_in(std::string_view body, NextPiece&& next_piece) {
    Answer answer;
    SseReader sse;
    sse.begin(1 << 20);
    ChatEventReader reader;
    AnswerMeter meter;
    meter.begin();
    const auto take = [&](std::string_view data) {
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        switch (reader.read({}, data, facts, events)) {
            case AnswerRead::event:
                EXPECT_TRUE(is_json(data, kDepth)) << data;
                meter.add(facts);
                answer.listener.take(events);
                break;
            case AnswerRead::ping:
                break;
            case AnswerRead::done:
                meter.add(facts);
                answer.listener.take(events);
                meter.note_done();
                break;
            case AnswerRead::error:
                meter.note_error({});
                break;
            case AnswerRead::invalid:
                meter.note_invalid();
                break;
        }
    };
    while (!body.empty()) {
        std::string_view piece = body.substr(0, next_piece());
        body.remove_prefix(piece.size());
        while (true) {
            const auto step = sse.next(piece);
            if (step == SseReader::Step::more) break;
            if (step == SseReader::Step::event) take(sse.data());
        }
    }
    answer.facts = meter.facts();
    return answer;
}

inline Answer read_stream(std::string_view body, std::size_t piece_bytes = SIZE_MAX) {
    return read_stream_in(body, [piece_bytes] { return piece_bytes; });
}

}  // namespace tollgate::chat_upstream_test
