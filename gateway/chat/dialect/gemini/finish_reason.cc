#include "gateway/chat/dialect/gemini/finish_reason.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

// What a filter takes away, of the prompt (https://ai.google.dev/api/generate-content#BlockReason) or of the answer.
// MODEL_ARMOR: https://cloud.google.com/security-command-center/docs/model-armor-vertex-integration
constexpr std::array<std::string_view, 12> kFiltered = {
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "SPII",
    "PROHIBITED_CONTENT",
    "IMAGE_SAFETY",
    "MODEL_ARMOR",
    "IMAGE_PROHIBITED_CONTENT",
    "JAILBREAK",
    "IMAGE_RECITATION",
    "BLOCK_REASON_UNSPECIFIED",
};

// The model did not get to its end.
constexpr std::array<std::string_view, 8> kFailed = {
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE",
    "NO_IMAGE",
    "IMAGE_OTHER",
    "OTHER",
};

}  // namespace

FinishReason read_gemini_finish(std::string_view native, bool has_calls) {
    if (native == "MAX_TOKENS") return FinishReason::length;
    if (std::ranges::find(kFiltered, native) != kFiltered.end()) return FinishReason::content_filter;
    if (has_calls) return FinishReason::tool_calls;  // that came whole, whatever Google says of them
    return std::ranges::find(kFailed, native) == kFailed.end() ? FinishReason::stop : FinishReason::error;
}

std::string_view gemini_finish(FinishReason reason) {
    switch (reason) {
        case FinishReason::length:
            return "MAX_TOKENS";
        case FinishReason::content_filter:
            return "SAFETY";
        case FinishReason::error:
            return "OTHER";
        case FinishReason::none:
        case FinishReason::stop:
        case FinishReason::tool_calls:
            return "STOP";
    }
    return "STOP";
}

}  // namespace tollgate
