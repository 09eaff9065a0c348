// What one event of an answer says, whatever its dialect: what a dialect's reader gives and the meter takes. Texts are
// views of the event, valid as long as it is.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/chat/model_call.h"
#include "gateway/chat/token_counts.h"

namespace tollgate {

struct AnswerDelta {
    std::int64_t text_bytes = 0;           // of generated text, tool calls' arguments included, as JSON text
    std::int64_t finish_reasons = 0;       // choices that this event says have finished
    std::bitset<kMostChoices> finished{};  // which, by index
    std::string_view finish_reason;        // the last of them, in OpenAI's words
    std::string_view id;                   // the upstream's, still escaped as in its JSON string
    std::optional<TokenCounts> usage{};
    bool error = false;              // the upstream says that it failed
    std::string_view error_message;  // a JSON string with its quotes, or empty
};

}  // namespace tollgate
