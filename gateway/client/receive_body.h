// The body of a request, decoded, to the front of the connection's buffer.
#pragma once

#include <cstddef>

#include "gateway/text/error.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// On success the body is the first `request.body_bytes` of `connection.in`. Errors: request_too_large, request_timeout,
// bad_request (malformed or cut off); the connection then closes after the answer.
wire::Awaitable<Error> receive_body(Connection& connection);
// How large a body may be, decoded: little where no key is needed.
std::size_t most_body_bytes(Connection& connection);
// True if the whole body is in the buffer already (then it is taken): the usual case, without a coroutine.
bool body_in_hand(Connection& connection);
// Whether the body may have so many bytes in memory: what has come counts, not what was announced.
bool reserve_body(Connection& connection, std::size_t bytes);
// Gives back the memory that the body was counted for.
void release_body(Connection& connection);
// Reads a body that nobody wants past, if it is small; else the connection closes after the answer.
wire::Awaitable<Error> discard_body(Connection& connection);

}  // namespace tollgate
