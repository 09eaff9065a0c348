// Answers of Google's API as clients of chat completions get them.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/gemini/answer_reader.h"
#include "gateway/chat/dialect/provider_error.h"
#include "gateway/chat/reader/sse.h"

namespace tollgate::gemini_test {

inline AnswerOptions options_of(const Inbound& inbound) {
    AnswerOptions options;
    options.inbound = &inbound;
    options.generation = "gen-1";
    options.provider = "google";
    options.model = "google/gemini";
    options.created = 7;
    return options;
}

inline constexpr std::size_t kDepth = 128;

// A plain answer; the events view the body and the facts.
struct Plain {
    AnswerRead read = AnswerRead::invalid;
    std::shared_ptr<const std::string> body;
    std::shared_ptr<AnswerDelta> facts = std::make_shared<AnswerDelta>();
    std::vector<AnswerEvent> events;
    std::string text;  // the chat completion

    boost::json::value answer() const { return boost::json::parse(text); }
    boost::json::value message() const { return answer().at_pointer("/choices/0/message"); }
    boost::json::value finish_reason() const { return answer().at_pointer("/choices/0/finish_reason"); }
};

inline Plain read_plain(std::string_view body, const Inbound& inbound = openai_inbound()) {
    Plain plain;
    plain.body = std::make_shared<const std::string>(body);
    plain.read = read_gemini_answer(*plain.body, *plain.facts, plain.events);
    if (plain.read != AnswerRead::event) return plain;
    const TokenCounts counts = billed_usage(plain.facts->usage.value_or(ReportedUsage()), {}).counts;
    write_chat_answer(plain.events, options_of(inbound), {.counts = counts, .cost = "0.5"}, plain.text);
    EXPECT_TRUE(is_json(plain.text, kDepth)) << plain.text;
    return plain;
}

struct Streamed {
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
    std::vector<boost::json::value> deltas() const {
        std::vector<boost::json::value> found;
        for (const boost::json::object& chunk : chunks()) {
            for (const boost::json::value& choice : chunk.at("choices").as_array()) found.push_back(choice.at("delta"));
        }
        return found;
    }
};

// Read in pieces of so many bytes, as a relay does, and told to `writer`.
inline Streamed read_stream_into(EventWriter& writer, std::string_view body, const AnswerOptions& options,
                                 std::size_t piece_bytes = SIZE_MAX) {
    Streamed result;
    SseReader sse;
    sse.begin(1 << 24);
    GeminiEventReader reader;
    AnswerMeter meter;
    meter.begin();
    writer.begin(options);
    auto* const passing = dynamic_cast<PassingWriter*>(&writer);
    const auto take = [&](std::string_view name, std::string_view data) {
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        if (!is_json(data, kDepth)) return meter.note_invalid();
        switch (reader.read(name, data, facts, events)) {
            case AnswerRead::event:
                meter.add(facts);
                if (passing != nullptr) return passing->pass(name, data, facts, result.out);
                for (const AnswerEvent& event : events) writer.append(event, result.out);
                break;
            case AnswerRead::error:
                meter.note_error(read_provider_error(data));
                break;
            case AnswerRead::invalid:
                meter.note_invalid();
                break;
            default:
                ADD_FAILURE() << "such an answer has none of it";
        }
    };
    for (std::size_t at = 0; at < body.size(); at += std::min(piece_bytes, body.size() - at)) {
        std::string_view piece = body.substr(at, piece_bytes);
        while (true) {
            const auto step = sse.next(piece);
            if (step == SseReader::Step::more) break;
            if (step == SseReader::Step::event) take(sse.name(), sse.data());
        }
    }
    result.facts = meter.facts();
    const TokenCounts counts = billed_usage(result.facts.usage, {}).counts;
    if (result.facts.error_event) {
        Error error(ErrorKind::upstream_error, "it failed");
        error.detail().provider = result.facts.error;
        writer.append_error(error, result.out);
    } else if (result.facts.finished > 0) {
        writer.append_end(meter, {.counts = counts, .cost = "0.5"}, result.out);
    }
    return result;
}

inline Streamed read_stream(std::string_view body, std::size_t piece_bytes = SIZE_MAX,
                            const Inbound& inbound = openai_inbound()) {
    ChatEventWriter writer;
    return read_stream_into(writer, body, options_of(inbound), piece_bytes);
}

}  // namespace tollgate::gemini_test
