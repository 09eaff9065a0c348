// Sends the request to its endpoint and reads the head of the answer.
#pragma once

#include <memory>
#include <string>

#include "gateway/routing/credential.h"
#include "gateway/text/error.h"
#include "gateway/upstream/pool.h"
#include "gateway/wire/http_head.h"
#include "gateway/wire/stacked_decoder.h"

namespace tollgate {

class Connection;

// What few answers have is kept apart: an answer is handed on several times.
struct AnswerFields {
    std::string content_type;   // of one that passes through
    std::string retry_headers;  // of an error: retry-after and its kin, as lines to pass on
};

// The answer's head is consumed; the body follows in connection->in and on the socket.
struct UpstreamAnswer {
    std::unique_ptr<UpstreamConnection> connection;
    UpstreamPool* pool = nullptr;
    int status = 0;
    wire::Framing framing = wire::Framing::none;
    std::uint64_t content_length = 0;
    bool keep_alive = false;
    bool event_stream = false;   // as it is labelled: server-sent events
    bool binary_events = false;  // the same: AWS's event stream
    bool websocket = false;      // of a 101: the connection is the WebSocket that was asked for
    wire::ContentCodings codings;
    std::unique_ptr<AnswerFields> fields;  // null: none of them is there

    std::string_view content_type() const { return fields == nullptr ? std::string_view() : fields->content_type; }
    std::string_view retry_headers() const { return fields == nullptr ? std::string_view() : fields->retry_headers; }
};

// Whether an idle connection of the pool may carry the request.
enum class Connect : std::uint8_t { reuse, fresh };

// Sends `request.upstream_body` with the credential and reads the head of the answer, also while a large request is
// still being sent: an answer that comes early ends that. An error says whether a fresh connection or another endpoint
// can help. Errors: upstream_unreachable, upstream_reset, upstream_timeout,
// upstream_invalid_response, client_closed_request, shutting_down.
wire::Awaitable<Outcome<UpstreamAnswer>> dispatch(Connection& connection, const Credential& credential,
                                                  Connect connect);

// Whether the upstream cannot have taken the request whole, so that it may be sent again. `written`: all of it has been
// given to the upstream's socket.
bool surely_not_taken(UpstreamConnection& upstream, const wire::ErrorCode& failed, bool written);

// Why reading from the upstream failed, in the connection's present state.
Error upstream_failure(Connection& connection, const std::string& provider, const wire::ErrorCode& error);

}  // namespace tollgate
