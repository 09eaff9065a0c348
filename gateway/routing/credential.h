// What authenticates an attempt at its provider. It belongs to the attempt, not to the provider: the operator's key, or
// an organization's own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "accounting/secrets/locked_bytes.h"
#include "gateway/text/error.h"
#include "gateway/wire/request_signer.h"

namespace tollgate {

struct Credential {
    std::string header_lines;  // a secret: each line with CRLF; empty for providers that want none
    std::shared_ptr<const wire::RequestSigner> signer{};  // of lines that each request has its own of; null: none
    std::shared_ptr<const LockedBytes> locked_lines{};    // in place of header_lines, of an organization's own key
    std::string own_label{};                              // of such a key; empty: it is the operator's

    // A secret.
    std::string_view lines() const {
        return locked_lines == nullptr ? std::string_view(header_lines) : locked_lines->text();
    }

    // Appends the lines of a request. upstream_auth_failed, Retry::elsewhere: there is nothing to sign it with now.
    Error append_lines(const wire::OutgoingRequest& request, std::string& out) const;
};

// Takes the credential's secrets out of text that came from its provider and is passed on.
void redact(std::string& text, const Credential& credential);

}  // namespace tollgate
