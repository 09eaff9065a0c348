// What a browser says of a call to the management API: the session in its cookie, and whether a page of this gateway
// makes the call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "gateway/exchange/route.h"
#include "gateway/text/error.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

// The prefix binds it to this host, path and TLS: no other site, and no sub-domain, can set it.
inline constexpr std::string_view kSessionCookie = "__Host-tollgate-session";

struct PageFields {
    std::optional<KeyDigest> session;  // digest of the cookie's secret
    bool of_this_origin = false;
    bool json = true;          // the body, where there is one
    bool as_operator = false;  // X-Tollgate-As: operator
    std::string agent;
    std::string sign_in_browser;  // the cookie of who signs in at an identity provider (oidc/begun_sign_ins.h)
    bool operator==(const PageFields&) const = default;
};

// Null: the operation is none of the management API, or the head says nothing of the kind and needs not. `origin` is
// the gateway's own, as browsers write it; empty: it is not known.
std::shared_ptr<const PageFields> page_fields(const wire::RequestHead& from, const Operation& operation,
                                              std::string_view origin);

// Whoever lets a browser send its cookie must be a page of this gateway, and what only its pages send, signing in and
// out among it, must come from one, with a cookie or without: else another site could sign its visitor in as somebody
// else. `is_signed_by_key`: a key was presented, which no browser does by itself, and the cookie is not looked at.
Error check_origin(const PageFields* page, const Operation& operation, bool is_signed_by_key);

}  // namespace tollgate
