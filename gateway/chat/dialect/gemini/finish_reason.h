// Why an answer ended: https://ai.google.dev/api/generate-content#FinishReason.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

// An answer with calls says STOP as one without.
FinishReason read_gemini_finish(std::string_view native, bool has_calls);
std::string_view gemini_finish(FinishReason reason);

}  // namespace tollgate
