#include "gateway/wire/request_signer.h"

namespace tollgate::wire {

void redact_secret(std::string& text, std::string_view secret) {
    constexpr std::size_t kLeastSecretBytes = 6;  // shorter ones stand in any text
    constexpr std::string_view kRedacted = "[redacted]";
    if (secret.size() < kLeastSecretBytes) return;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kRedacted.size())) {
        text.replace(at, secret.size(), kRedacted);
    }
}

}  // namespace tollgate::wire
