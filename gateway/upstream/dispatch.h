// Sends the request to its endpoint and reads the head of the answer.
#pragma once

#include <memory>
#include <string>

#include "gateway/text/error.h"
#include "gateway/upstream/pool.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

class Connection;

// The answer's head is consumed; the body follows in connection->in and on the socket.
struct UpstreamAnswer {
    std::unique_ptr<UpstreamConnection> connection;
    UpstreamPool* pool = nullptr;
    int status = 0;
    wire::Framing framing = wire::Framing::none;
    std::uint64_t content_length = 0;
    bool keep_alive = false;
    bool event_stream = false;
    std::string retry_headers;  // retry-after and its kin, as lines to pass on
};

// A request that failed on a reused connection before any byte of an answer came is sent once more over a fresh one:
// the provider had closed it. Errors: upstream_unreachable, upstream_reset, upstream_timeout,
// upstream_invalid_response, client_closed_request.
wire::Awaitable<Outcome<UpstreamAnswer>> dispatch(Connection& connection);

// Why reading from the upstream failed, in the connection's present state.
Error upstream_failure(Connection& connection, const std::string& provider, const wire::ErrorCode& error);

}  // namespace tollgate
