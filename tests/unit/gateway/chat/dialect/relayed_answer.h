// Answers of an upstream's dialect as a relay takes them from a reader to a writer, and as a client of chat completions
// gets them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/canonical/answer_reader.h"
#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/provider_error.h"
#include "gateway/chat/reader/sse.h"

namespace tollgate::chat_test {

inline AnswerOptions answer_options(const Inbound& inbound, std::string_view provider, std::string_view model) {
    AnswerOptions options;
    options.inbound = &inbound;
    options.generation = "gen-1";
    options.provider = provider;
    options.model = model;
    options.created = 7;
    return options;
}

inline ChargedUsage charged(const ReportedUsage& usage) {
    return {.counts = billed_usage(usage, {}).counts, .cost = "0.5"};
}

// A plain answer; the events view the body and the facts.
struct PlainAnswer {
    AnswerRead read = AnswerRead::invalid;
    std::shared_ptr<const std::string> body;
    std::shared_ptr<AnswerDelta> facts = std::make_shared<AnswerDelta>();
    std::vector<AnswerEvent> events;
    std::string text;  // the chat completion

    boost::json::value answer() const { return boost::json::parse(text); }
    boost::json::value message() const { return answer().at_pointer("/choices/0/message"); }
    boost::json::value finish_reason() const { return answer().at_pointer("/choices/0/finish_reason"); }
};

// A dialect's reader of plain answers.
using ReadAnswer = AnswerRead (*)(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events);

inline PlainAnswer read_plain_answer(ReadAnswer read, std::string_view body, const AnswerOptions& options) {
    PlainAnswer plain;
    plain.body = std::make_shared<const std::string>(body);
    plain.read = read(*plain.body, *plain.facts, plain.events);
    if (plain.read != AnswerRead::event) return plain;
    write_chat_answer(plain.events, options, charged(plain.facts->usage.value_or(ReportedUsage())), plain.text);
    EXPECT_TRUE(is_json(plain.text, 128)) << plain.text;
    return plain;
}

struct StreamedAnswer {
    StreamFacts facts;
    std::string out;

    // The objects of all data lines but [DONE].
    std::vector<boost::json::object> chunks() const {
        std::vector<boost::json::object> found;
        SseReader reader;
        reader.begin(1 << 24);
        std::string_view bytes = out;
        while (reader.next(bytes) == SseReader::Step::event) {
            if (reader.data() != "[DONE]") found.push_back(boost::json::parse(reader.data()).as_object());
        }
        return found;
    }
    // Of the chunks of a chat completion.
    std::vector<boost::json::value> deltas() const {
        std::vector<boost::json::value> found;
        for (const boost::json::object& chunk : chunks()) {
            for (const boost::json::value& choice : chunk.at("choices").as_array()) found.push_back(choice.at("delta"));
        }
        return found;
    }
};

// Reads `body` in pieces of so many bytes, tells the meter, and writes what is read or passes it. How the answer ends
// is left to the caller.
inline void relay_events(EventReader& reader, EventWriter& writer, std::string_view body, std::size_t piece_bytes,
                         AnswerMeter& meter, std::string& out) {
    auto* const passing = dynamic_cast<PassingWriter*>(&writer);
    const auto take = [&](std::string_view name, std::string_view data) {
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        if (data == "[DONE]" || meter.facts().done) return;
        if (!is_json(data, 128)) return meter.note_invalid();
        const AnswerRead read = reader.read(name, data, facts, events);
        if (read == AnswerRead::ping) return writer.append_ping(out);
        if (read == AnswerRead::error) return meter.note_error(read_provider_error(data));
        if (read == AnswerRead::invalid) return meter.note_invalid();
        meter.add(facts);
        if (read == AnswerRead::done) meter.note_done();
        if (passing != nullptr) return passing->pass(name, data, facts, out);
        for (const AnswerEvent& event : events) writer.append(event, out);
    };
    SseReader sse;
    sse.begin(1 << 24);
    for (std::size_t at = 0; at < body.size(); at += std::min(piece_bytes, body.size() - at)) {
        std::string_view piece = body.substr(at, piece_bytes);
        for (auto step = sse.next(piece); step != SseReader::Step::more; step = sse.next(piece)) {
            if (step == SseReader::Step::event) take(sse.name(), sse.data());
        }
    }
}

}  // namespace tollgate::chat_test
