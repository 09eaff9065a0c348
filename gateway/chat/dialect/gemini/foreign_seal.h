// Signatures and sealed reasoning of other providers, as Google's clients keep them: in a `thoughtSignature`, which
// they send back with its part. Such clients take it for base64, of which they may change the alphabet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

// On a call that another model made, in place of a signature that Gemini 3 would refuse to be without:
// https://ai.google.dev/gemini-api/docs/thought-signatures
inline constexpr std::string_view kNoGeminiSignature = "skip_thought_signature_validator";

struct ForeignSeal {
    ReasoningFormat format = ReasoningFormat::unknown;
    bool signature = false;  // of reasoning that is shown; else it is sealed
    std::string text{};      // as it is spelt
    std::string id{};        // as the provider named it; empty: it did not
};

// Base64.
std::string write_foreign_seal(const ForeignSeal& seal);
// Whether it looks like one.
bool is_foreign_seal(std::string_view signature);
// Empty: it is none of ours.
std::optional<ForeignSeal> read_foreign_seal(std::string_view signature);

}  // namespace tollgate
