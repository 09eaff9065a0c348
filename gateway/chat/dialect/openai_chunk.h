// Reads the events of an OpenAI-compatible stream (chat.completion.chunk, text_completion), each in one walk:
// https://platform.openai.com/docs/api-reference/chat-streaming. A further dialect's reader stands beside this one and
// gives the same AnswerDelta.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/chat/answer_delta.h"
#include "gateway/text/json_members.h"

namespace tollgate {

struct OpenAiChunk {
    enum class Kind : std::uint8_t {
        chunk,
        done,     // [DONE]
        comment,  // a comment that someone wrapped as data (Vertex partners, some proxies)
        invalid,  // neither JSON nor [DONE]
    };

    Kind kind = Kind::invalid;
    AnswerDelta delta{};

    // Where the event would be spliced for a client of the same dialect.
    bool usage_object = false;  // `usage` is an object, whatever it says
    bool usage_only = false;    // and the choices are empty
    bool usage_null = false;    // `usage` is anything else
    bool error_null = false;    // an `error` that is none
    TextSpan usage_cut{};       // the usage member with the comma before it; begin 0: it stands first
};

// `data` is an event's, without spaces at its end, and not empty.
OpenAiChunk read_openai_chunk(std::string_view data);

// Bytes of generated text in the `choices` of an answer that is not streamed, as JSON text. `choices` is an array in
// `body`.
std::int64_t generated_bytes(std::string_view body, TextSpan choices);

}  // namespace tollgate
