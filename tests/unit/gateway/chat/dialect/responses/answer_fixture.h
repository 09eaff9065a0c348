// Answers as a relay takes them from a reader to a writer.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/canonical/answer_reader.h"
#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/provider_error.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "gateway/chat/reader/sse.h"

namespace tollgate::responses_test {

inline constexpr std::size_t kDepth = 64;

inline AnswerOptions options_of(const Inbound& inbound, const AnswerEcho* echo = nullptr) {
    AnswerOptions options;
    options.inbound = &inbound;
    options.echo = echo;
    options.generation = "gen-1";
    options.provider = "openai";
    options.model = "openai/gpt";
    options.created = 7;
    return options;
}

struct Event {
    std::string name;
    boost::json::object data;
    std::string type() const {
        const auto* const type = data.if_contains("type");
        return type == nullptr ? std::string() : std::string(type->as_string());
    }
};

inline std::vector<Event> events_in(std::string_view bytes) {
    std::vector<Event> found;
    SseReader reader;
    reader.begin(1 << 24);
    for (auto step = reader.next(bytes); step != SseReader::Step::more; step = reader.next(bytes)) {
        if (step != SseReader::Step::event || reader.data() == "[DONE]") continue;
        found.push_back({std::string(reader.name()), boost::json::parse(reader.data()).as_object()});
    }
    return found;
}

struct Streamed {
    StreamFacts facts;
    std::string out;

    std::vector<Event> events() const { return events_in(out); }
    // The chunks of a chat completion.
    boost::json::array deltas() const {
        boost::json::array found;
        for (const Event& event : events()) {
            for (const boost::json::value& choice : event.data.at("choices").as_array()) {
                found.push_back(choice.at("delta"));
            }
        }
        return found;
    }
};

// Reads `body` in pieces of so many bytes and writes its events, or passes them. The end is written if it came.
inline Streamed relay(const UpstreamDialect& upstream, const ClientDialect& client, std::string_view body,
                      std::size_t piece_bytes = SIZE_MAX, const AnswerOptions& options = options_of(openai_inbound())) {
    Streamed result;
    SseReader sse;
    sse.begin(1 << 24);
    const auto reader = upstream.event_reader();
    const bool passes = upstream.name() == client.name();
    const auto passing = passes ? client.passing_writer() : nullptr;
    const auto translating = passes ? nullptr : client.event_writer();
    EventWriter& writer = passes ? *passing : *translating;
    writer.begin(options);
    AnswerMeter meter;
    meter.begin();
    const auto take = [&](std::string_view name, std::string_view data) {
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        if (data == "[DONE]" || meter.facts().done) return;
        if (!is_json(data, kDepth)) return meter.note_invalid();
        const AnswerRead read = reader->read(name, data, facts, events);
        if (read == AnswerRead::ping) return writer.append_ping(result.out);
        if (read == AnswerRead::error) return meter.note_error(read_provider_error(data));
        if (read == AnswerRead::invalid) return meter.note_invalid();
        meter.add(facts);
        if (read == AnswerRead::done) meter.note_done();
        if (passes) return passing->pass(name, data, facts, result.out);
        for (const AnswerEvent& event : events) writer.append(event, result.out);
    };
    for (std::size_t at = 0; at < body.size(); at += std::min(piece_bytes, body.size() - at)) {
        std::string_view piece = body.substr(at, piece_bytes);
        for (auto step = sse.next(piece); step != SseReader::Step::more; step = sse.next(piece)) {
            if (step == SseReader::Step::event) take(sse.name(), sse.data());
        }
    }
    result.facts = meter.facts();
    const TokenCounts counts = billed_usage(result.facts.usage, {}).counts;
    const ChargedUsage usage{.counts = counts, .cost = "0.5"};
    if (result.facts.done) writer.append_end(meter, usage, result.out);
    return result;
}

struct Plain {
    AnswerRead read = AnswerRead::invalid;
    std::string body;
    AnswerDelta facts;  // views it
    std::string text;

    Plain() = default;
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;
    boost::json::value answer() const { return boost::json::parse(text); }
};

inline void translate(const UpstreamDialect& upstream, const ClientDialect& client, std::string_view body, Plain& plain,
                      const AnswerOptions& options = options_of(openai_inbound())) {
    plain.body = body;
    std::vector<AnswerEvent> events;
    ASSERT_TRUE(is_json(plain.body, kDepth));
    plain.read = upstream.read_answer(plain.body, plain.facts, events);
    if (plain.read != AnswerRead::event) return;
    const TokenCounts counts = billed_usage(plain.facts.usage.value_or(ReportedUsage()), {}).counts;
    const ChargedUsage usage{.counts = counts, .cost = "0.5"};
    if (upstream.name() == client.name()) {
        client.pass_answer(plain.body, options, usage, plain.text);
    } else {
        client.write_answer(events, options, usage, plain.text);
    }
    EXPECT_TRUE(is_json(plain.text, kDepth)) << plain.text;
}

}  // namespace tollgate::responses_test
