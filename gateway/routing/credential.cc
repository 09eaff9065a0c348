#include "gateway/routing/credential.h"

#include <algorithm>
#include <string_view>

namespace tollgate {
namespace {

constexpr std::size_t kLeastSecretBytes = 6;  // shorter ones are no secrets, and stand in any text
constexpr std::string_view kRedacted = "[redacted]";

void replace_all(std::string& text, std::string_view secret) {
    if (secret.size() < kLeastSecretBytes) return;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kRedacted.size())) {
        text.replace(at, secret.size(), kRedacted);
    }
}

}  // namespace

void redact(std::string& text, const Credential& credential) {
    std::string_view lines = credential.header_lines;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        const std::string_view value = line.substr(colon + 2);
        replace_all(text, value.substr(value.rfind(' ') + 1));  // behind the scheme; npos + 1 is 0
    }
}

}  // namespace tollgate
