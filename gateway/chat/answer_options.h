// What the client of an answer is to get, whatever its dialect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/chat/canonical/answer_echo.h"
#include "gateway/chat/inbound.h"

namespace tollgate {

class UpstreamDialect;

// The views are valid as long as the answer is written.
struct AnswerOptions {
    const Inbound* inbound = &openai_inbound();  // never null
    const UpstreamDialect* upstream = nullptr;   // that the answer is in; null: OpenAI's chat completions
    bool binary_events = false;                  // its framing is AWS's event stream, not server-sent events
    bool client_asked_for_usage = true;
    bool text_completions = false;     // events of ours have `text`, not `delta`
    bool embeddings = false;           // vectors, not a chat; and…
    bool base64_vectors = false;       // …how they are written
    bool as_list = false;              // Gemini's without alt=sse: events are elements of one JSON list
    const AnswerEcho* echo = nullptr;  // of the request; null: nothing
    std::string_view generation;       // "gen-…"
    std::string_view provider;
    std::string_view model;
    std::string_view last_member = {};  // JSON member that the answer has besides, at its end; empty: none
    std::int64_t created = 0;           // Unix seconds
    std::int64_t choices = 1;           // n
    std::int64_t prompt_tokens = 0;     // as the gateway counts them before it sends them; 0: it does not
    std::size_t max_event_bytes = 16 << 20;
};

}  // namespace tollgate
