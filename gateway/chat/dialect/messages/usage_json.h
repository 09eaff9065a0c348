// Writes usage objects of Anthropic's shape, so that a client sees exactly what it is charged for. Prompt tokens that
// were read from the cache or written to it stand beside the others, not among them:
// https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching#tracking-cache-performance.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/usage_json.h"

namespace tollgate {

// {"input_tokens":…,"cost":…}
std::string messages_usage_json(const TokenCounts& counts, std::string_view cost);

// Appends the provider's usage object with what is charged in place of its counts, and its cost. One that is not
// believed is replaced whole, as is none.
void append_messages_usage(Json object, const ChargedUsage& charged, std::string& out);

// Appends an answer or an event with what is charged in its `usage`; everything else of it is left as it is.
void append_with_usage(Json object, const ChargedUsage& charged, std::string& out);

}  // namespace tollgate
