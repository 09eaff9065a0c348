// Answers of Google's API as clients of chat completions get them.
#pragma once

#include <string_view>

#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/gemini/answer_reader.h"
#include "tests/unit/gateway/chat/dialect/relayed_answer.h"

namespace tollgate::gemini_test {

using Plain = chat_test::PlainAnswer;
using Streamed = chat_test::StreamedAnswer;

inline constexpr std::size_t kDepth = 128;

inline AnswerOptions options_of(const Inbound& inbound) {
    return chat_test::answer_options(inbound, "google", "google/gemini");
}

inline Plain read_plain(std::string_view body, const Inbound& inbound = openai_inbound()) {
    return chat_test::read_plain_answer(read_gemini_answer, body, options_of(inbound));
}

// The API does not say that a stream is done: it has a finish reason, or failed.
inline Streamed read_stream_into(EventWriter& writer, std::string_view body, const AnswerOptions& options,
                                 std::size_t piece_bytes = SIZE_MAX) {
    Streamed result;
    GeminiEventReader reader;
    AnswerMeter meter;
    meter.begin();
    writer.begin(options);
    chat_test::relay_events(reader, writer, body, piece_bytes, meter, result.out);
    result.facts = meter.facts();
    if (result.facts.error_event) {
        Error error(ErrorKind::upstream_error, "it failed");
        error.detail().provider = result.facts.error;
        writer.append_error(error, result.out);
    } else if (result.facts.finished > 0) {
        writer.append_end(meter, chat_test::charged(result.facts.usage), result.out);
    }
    return result;
}

inline Streamed read_stream(std::string_view body, std::size_t piece_bytes = SIZE_MAX,
                            const Inbound& inbound = openai_inbound()) {
    ChatEventWriter writer;
    return read_stream_into(writer, body, options_of(inbound), piece_bytes);
}

}  // namespace tollgate::gemini_test
