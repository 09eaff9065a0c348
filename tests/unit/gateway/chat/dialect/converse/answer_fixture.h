// Answers of Converse as their readers tell them, put together.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/converse/answer_reader.h"
#include "gateway/chat/dialect/provider_error.h"
#include "gateway/chat/reader/aws_event_stream.h"

namespace tollgate::converse_test {

inline constexpr std::size_t kDepth = 64;

struct Call {
    std::string id, name, arguments;
    bool operator==(const Call&) const = default;
};

// What an answer says, however many fragments it came in.
struct Said {
    std::string text, reasoning, signature;
    std::vector<std::string> sealed;
    std::vector<Call> calls;
    std::string finish, native, stop_sequence;
    TokenCounts usage;
    bool operator==(const Said&) const = default;
};

struct Reading {
    Said said;
    std::string outline;  // the kinds of events with their parts, neighbours of one kind and part told once
    AnswerRead last = AnswerRead::invalid;
    std::string error_type, error_message;
    bool cut_off = false, corrupt = false;
    StreamFacts facts;
};

class Teller {
  public:
    explicit Teller(Reading& reading) : reading_(reading) {}

    void tell(const AnswerEvent& event) {
        using Kind = AnswerEvent::Kind;
        static constexpr std::array<std::string_view, 11> kKinds = {"begin",     "text",     "refusal", "reasoning",
                                                                    "signature", "sealed",   "call",    "args",
                                                                    "image",     "citation", "finish"};
        Said& said = reading_.said;
        const std::string place =
            std::string(kKinds[static_cast<std::size_t>(event.kind)]) + std::to_string(event.part) + " ";
        if (!reading_.outline.ends_with(place)) reading_.outline += place;
        if (event.kind == Kind::text) said.text += plain(event.text);
        if (event.kind == Kind::reasoning) said.reasoning += plain(event.text);
        if (event.kind == Kind::signature) said.signature += plain(event.text);
        if (event.kind == Kind::sealed_reasoning) said.sealed.emplace_back(event.text);
        if (event.kind == Kind::call) {
            EXPECT_EQ(event.call, said.calls.size()) << "calls are counted over the answer";
            said.calls.push_back({plain(event.id), plain(event.name), {}});
        }
        if (event.kind == Kind::arguments) {
            said.calls.at(event.call).arguments += event.value.empty() ? plain(event.text) : std::string(event.value);
        }
        if (event.kind == Kind::finish) {
            said.finish = to_string(event.reason);
            said.native = event.native_reason;
            said.stop_sequence = event.stop_sequence;
        }
    }

  private:
    Reading& reading_;
};

inline void note(AnswerRead read, std::string_view data, Reading& reading) {
    reading.last = read;
    if (read != AnswerRead::error) return;
    const auto error = read_provider_error(data);
    if (!error) return;
    reading.error_type = error->type;
    reading.error_message = error->message;
}

inline Reading read_plain(const std::string& body) {
    Reading reading;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    EXPECT_TRUE(is_json(body, kDepth));
    note(read_converse_answer(body, facts, events), body, reading);
    Teller teller(reading);
    for (const AnswerEvent& event : events) teller.tell(event);
    reading.said.usage = billed_usage(facts.usage.value_or(ReportedUsage()), {}).counts;
    return reading;
}

// In pieces of sizes that `next_size` gives, as a relay reads.
template <class NextSize>
Reading read_in_pieces(std::string_view body, NextSize&& next_size) {
    Reading reading;
    AwsEventStreamReader frames;
    frames.begin(1 << 20);
    ConverseEventReader reader;
    AnswerMeter meter;
    meter.begin();
    Teller teller(reading);
    std::vector<AnswerEvent> events;
    while (!body.empty()) {
        std::string_view piece = body.substr(0, next_size());
        body.remove_prefix(piece.size());
        auto step = frames.next(piece);
        for (; step == AwsEventStreamReader::Step::event; step = frames.next(piece)) {
            AnswerDelta facts;
            events.clear();
            const bool good = is_json(frames.data(), kDepth);
            note(good ? reader.read(frames.name(), frames.data(), facts, events) : AnswerRead::invalid, frames.data(),
                 reading);
            if (reading.last == AnswerRead::event || reading.last == AnswerRead::done) meter.add(facts);
            if (reading.last == AnswerRead::done) meter.note_done();
            for (const AnswerEvent& event : events) teller.tell(event);
        }
        reading.corrupt = step != AwsEventStreamReader::Step::more;
        if (reading.corrupt) break;
    }
    reading.cut_off = frames.in_event();
    reading.facts = meter.facts();
    reading.said.usage = billed_usage(reading.facts.usage, {}).counts;
    return reading;
}

inline Reading read_stream(std::string_view body, std::size_t piece_bytes = SIZE_MAX) {
    return read_in_pieces(body, [&] { return piece_bytes; });
}

}  // namespace tollgate::converse_test
