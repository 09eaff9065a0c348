// Reads the events of an OpenAI-compatible stream (chat.completion.chunk, text_completion), each in one walk:
// https://platform.openai.com/docs/api-reference/chat-streaming. A further dialect's reader stands beside this one and
// gives the same AnswerDelta.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/dialect/openai_text.h"
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
    bool usage = false;         // it has a member `usage`, whatever that says
    bool usage_only = false;    // that is an object, and there are no choices
    bool calls = false;         // it has some, or fragments of some
    bool error_null = false;    // an `error` that is none
    bool escaped_keys = false;  // a name is spelt with escapes, or `usage` stands twice: splice by name
    TextSpan usage_value{};     // if it is an object
    TextSpan usage_cut{};       // the usage member with the comma before it; begin 0: it stands first
    FreeStrings strings{};      // the generated text, and padding that hides how long that is
};

// Whether it names a member of nearly every answer and event that tells neither usage nor an error.
bool says_nothing(std::string_view name);

// What an event's data amounts to: without white space around it and without a field's name that was put before it
// twice; "[DONE]" however it is spelt; empty if it says nothing.
std::string_view event_payload(std::string_view data);

// `data` is an event's payload, and not empty.
OpenAiChunk read_openai_chunk(std::string_view data);

// The same of the `choices` of an answer that is not streamed, which is an array in `body`: the text that was
// generated, and usage where it stands in a choice.
GeneratedText read_choices(std::string_view body, TextSpan choices, ReportedUsage& usage);

}  // namespace tollgate
