// A client's list of messages for an endpoint of the client's own API, without what that would refuse: another
// provider's reasoning, which this gateway put into an answer, ids that the API does not take, and the like. What needs
// no mending stays byte for byte.
#pragma once

#include <optional>
#include <string>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/canonical/translation_notes.h"

namespace tollgate {

struct HistoryReader {
    bool wants_signed_reasoning = false;  // it refuses what nobody signed
    bool wants_signed_calls = false;      // it refuses an answer's first call without a signature
};

// `list` is a well-formed array. Nothing: it may go as it is. The names of what was left out go to `removed`.
using MendHistory = std::optional<std::string>(Json list, const HistoryReader& reader, FieldNames& removed);

MendHistory mend_messages_history, mend_responses_history, mend_gemini_history;

// For Anthropic's API: a `system` without what is blank; empty: nothing is left of it.
std::string mend_messages_system(Json system);

}  // namespace tollgate
