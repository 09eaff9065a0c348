// What authenticates an attempt at its provider. It belongs to the attempt, not to the provider: the operator's key
// today; an organization's own key is another credential of the same provider.
#pragma once

#include <memory>
#include <string>

#include "gateway/text/error.h"
#include "gateway/wire/request_signer.h"

namespace tollgate {

struct Credential {
    std::string header_lines;  // a secret: each line with CRLF; empty for providers that want none
    std::shared_ptr<const wire::RequestSigner> signer{};  // of lines that each request has its own of; null: none

    // Appends the lines of a request. upstream_auth_failed, Retry::elsewhere: there is nothing to sign it with now.
    Error append_lines(const wire::OutgoingRequest& request, std::string& out) const;
};

// Takes the credential's secrets out of text that came from its provider and is passed on.
void redact(std::string& text, const Credential& credential);

}  // namespace tollgate
