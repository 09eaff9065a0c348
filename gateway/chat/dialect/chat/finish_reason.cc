#include "gateway/chat/dialect/chat/finish_reason.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

struct NamedReason {
    std::string_view name;
    FinishReason reason;
};
// Those that are neither OpenAI's own nor mean that the model stopped by itself.
constexpr std::array kReasons = {
    NamedReason{"length", FinishReason::length},
    NamedReason{"content_filter", FinishReason::content_filter},
    NamedReason{"max_tokens", FinishReason::length},                          // of a provider of another dialect
    NamedReason{"MAX_TOKENS", FinishReason::length},                          //
    NamedReason{"model_length", FinishReason::length},                        // Mistral
    NamedReason{"model_context_window_exceeded", FinishReason::length},       // z.ai
    NamedReason{"insufficient_system_resource", FinishReason::length},        // DeepSeek
    NamedReason{"sensitive", FinishReason::content_filter},                   // z.ai
    NamedReason{"refusal", FinishReason::content_filter},                     // of a provider of another dialect
    NamedReason{"SAFETY", FinishReason::content_filter},                      //
    NamedReason{"content_filter: SAFETY", FinishReason::content_filter},      // Google
    NamedReason{"content_filter: RECITATION", FinishReason::content_filter},  //
    NamedReason{"function_call_filter: MALFORMED_FUNCTION_CALL", FinishReason::error},  //
    NamedReason{"network_error", FinishReason::error},                                  // z.ai
};

}  // namespace

FinishReason read_chat_finish(Spelt native, bool has_calls) {
    const auto found = std::ranges::find(kReasons, native, &NamedReason::name);
    if (found != kReasons.end()) return found->reason;
    return has_calls ? FinishReason::tool_calls : FinishReason::stop;
}

}  // namespace tollgate
