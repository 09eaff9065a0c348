// What OpenAI's Responses API takes as the id of a call. Longer ones are in use: those that carry a signature, as of
// Google's models.
#pragma once

#include <cstddef>
#include <string>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

inline constexpr std::size_t kMostCallIdBytes = 64;

// Spelt. One that is short enough is left as it is; of a longer one the beginning, and a digest of it.
std::string responses_call_id(Spelt id);

}  // namespace tollgate
