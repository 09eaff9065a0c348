// Answers as a relay takes them from a reader to a writer.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "gateway/chat/reader/sse.h"
#include "tests/unit/gateway/chat/dialect/relayed_answer.h"

namespace tollgate::responses_test {

inline constexpr std::size_t kDepth = 64;

inline AnswerOptions options_of(const Inbound& inbound, const AnswerEcho* echo = nullptr) {
    AnswerOptions options = chat_test::answer_options(inbound, "openai", "openai/gpt");
    options.echo = echo;
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

struct Streamed : chat_test::StreamedAnswer {
    std::vector<Event> events() const { return events_in(out); }
};

// Reads `body` in pieces of so many bytes and writes its events, or passes them. The end is written if it came.
inline Streamed relay(const UpstreamDialect& upstream, const ClientDialect& client, std::string_view body,
                      std::size_t piece_bytes = SIZE_MAX, const AnswerOptions& options = options_of(openai_inbound())) {
    Streamed result;
    const auto reader = upstream.event_reader();
    const bool passes = upstream.name() == client.name();
    const auto passing = passes ? client.passing_writer() : nullptr;
    const auto translating = passes ? nullptr : client.event_writer();
    EventWriter& writer = passes ? *passing : *translating;
    AnswerMeter meter;
    meter.begin();
    writer.begin(options);
    chat_test::relay_events(*reader, writer, body, piece_bytes, meter, result.out);
    result.facts = meter.facts();
    if (result.facts.done) writer.append_end(meter, chat_test::charged(result.facts.usage), result.out);
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
    const ChargedUsage usage = chat_test::charged(plain.facts.usage.value_or(ReportedUsage()));
    if (upstream.name() == client.name()) {
        client.pass_answer(plain.body, options, usage, plain.text);
    } else {
        client.write_answer(events, options, usage, plain.text);
    }
    EXPECT_TRUE(is_json(plain.text, kDepth)) << plain.text;
}

}  // namespace tollgate::responses_test
