// What authenticates a request by header lines that are made for it: a signature over what leaves, or a token that
// ends.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/text/error.h"

namespace tollgate::wire {

// A request as it leaves. The views are valid as long as it is signed.
struct OutgoingRequest {
    std::string_view method;
    std::string_view target;                 // path and query
    std::string_view host;                   // the field Host
    std::span<const std::string_view> body;  // in its pieces
    std::int64_t unix_ms = 0;                // now
};

// Any thread; lives as long as the credentials that hold it.
class RequestSigner {
  public:
    RequestSigner() = default;
    virtual ~RequestSigner() = default;
    RequestSigner(const RequestSigner&) = delete;
    RequestSigner& operator=(const RequestSigner&) = delete;

    // Appends header lines, each with CRLF. Never waits. upstream_auth_failed: there is nothing to sign with now.
    virtual Error sign(const OutgoingRequest& request, std::string& lines) const = 0;
    // Takes its secrets out of text that is passed on.
    virtual void redact(std::string& text) const = 0;
};

// Puts "[redacted]" in the place of a secret; of one that is too short to be one it does nothing.
void redact_secret(std::string& text, std::string_view secret);

}  // namespace tollgate::wire
