// What authenticates an attempt at its provider. It belongs to the attempt, not to the provider: the operator's key
// today; an organization's own key, an OAuth token or a request signer are other credentials of the same provider.
#pragma once

#include <string>

namespace tollgate {

struct Credential {
    std::string header_lines;  // a secret: each line with CRLF; empty for providers that want none
};

// Takes the credential's secrets out of text that came from its provider and is passed on.
void redact(std::string& text, const Credential& credential);

}  // namespace tollgate
