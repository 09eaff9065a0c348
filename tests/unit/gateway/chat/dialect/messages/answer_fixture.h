// Answers of Anthropic's Messages API as clients of chat completions get them.
#pragma once

#include <string_view>

#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/messages/answer_reader.h"
#include "tests/unit/gateway/chat/dialect/relayed_answer.h"

namespace tollgate::messages_test {

using Plain = chat_test::PlainAnswer;
using Streamed = chat_test::StreamedAnswer;

inline constexpr std::size_t kDepth = 64;

inline AnswerOptions options_of(const Inbound& inbound) {
    return chat_test::answer_options(inbound, "anthropic", "anthropic/claude");
}

inline Plain read_plain(std::string_view body, const Inbound& inbound = openai_inbound()) {
    return chat_test::read_plain_answer(read_messages_answer, body, options_of(inbound));
}

inline Streamed read_stream(std::string_view body, std::size_t piece_bytes = SIZE_MAX,
                            const Inbound& inbound = openai_inbound()) {
    Streamed result;
    MessagesEventReader reader;
    ChatEventWriter writer;
    AnswerMeter meter;
    meter.begin();
    writer.begin(options_of(inbound));
    chat_test::relay_events(reader, writer, body, piece_bytes, meter, result.out);
    result.facts = meter.facts();
    if (result.facts.done) writer.append_end(meter, chat_test::charged(result.facts.usage), result.out);
    return result;
}

}  // namespace tollgate::messages_test
