#include "gateway/routing/credential.h"

#include <algorithm>
#include <string_view>

namespace tollgate {

Error Credential::append_lines(const wire::OutgoingRequest& request, std::string& out) const {
    out += lines();
    return signer == nullptr ? Error() : signer->sign(request, out);
}

void redact(std::string& text, const Credential& credential) {
    std::string_view lines = credential.lines();
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        const std::string_view value = line.substr(colon + 2);
        wire::redact_secret(text, value.substr(value.rfind(' ') + 1));  // behind the scheme; npos + 1 is 0
    }
    if (credential.signer != nullptr) credential.signer->redact(text);
}

}  // namespace tollgate
