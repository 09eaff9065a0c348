// A request's body that came under a content coding (RFC 9110, section 8.4): gzip, deflate or zstd, as clients that
// send large bodies do.
#pragma once

#include "gateway/text/error.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Whether the coding of the request's body can be undone; unsupported_media_type if not, with what can.
Error check_coding(Connection& connection);
// With the body in hand: puts the decoded one in its place. Its bytes count as body memory as they come. Errors:
// request_too_large, overloaded, bad_request (malformed or cut off).
wire::Awaitable<Error> decode_body(Connection& connection);

}  // namespace tollgate
