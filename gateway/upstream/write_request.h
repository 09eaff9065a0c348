// The attempt in hand as its upstream gets it: the head, and the body where the client's passes with splices.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/exchange/exchange.h"
#include "gateway/routing/credential.h"
#include "gateway/text/error.h"

namespace tollgate {

// Of the client's body; does nothing where the body has been written in a translation. Views of both stay in `body`.
void build_body(const Exchange& request, std::string_view text, std::int64_t now_ms, UpstreamBody& body);
// upstream_auth_failed: there is nothing to sign it with.
Error write_request_head(const Exchange& request, const UpstreamBody& body, const Credential& credential,
                         std::string& to);

}  // namespace tollgate
