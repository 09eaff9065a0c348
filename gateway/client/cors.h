// Requests that a browser makes for a page of another origin (Fetch standard, "HTTP extensions"): the page sees the
// answer only if the answer allows its origin, and what is more than a simple request is asked for first, by OPTIONS.
// Credentials of the browser are never allowed: callers present their key themselves.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/exchange/route.h"

namespace tollgate {

inline constexpr std::string_view kAnyOrigin = "*";

// What a request's head says of it. Absent fields are empty.
struct CrossOriginRequest {
    std::string_view origin;
    std::string_view method, path;
    std::string_view requested_method = {}, requested_fields = {};  // access-control-request-..., of a preflight
};

// The lines, with CRLF, that the answer carries: every answer to an origin that is allowed, errors and streams too.
// `allowed` are origins as browsers write them, or kAnyOrigin, which opens the paths under /v1 alone.
std::string cors_fields(std::span<const std::string> allowed, const CrossOriginRequest& request, const Route& route);

}  // namespace tollgate
