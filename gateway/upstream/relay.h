// The upstream's answer to the client, metered; the request is settled before the bytes that say "complete" leave.
#pragma once

#include "gateway/chat/stream_meter.h"
#include "gateway/exchange/held_request.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Answers the client (which may have left) and settles, or returns the error that the caller is to settle and answer.
wire::Awaitable<Error> relay(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);

// The three ways an answer can come.
wire::Awaitable<Error> relay_error(Connection& connection, UpstreamAnswer& answer);
wire::Awaitable<Error> relay_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);
wire::Awaitable<Error> relay_stream(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);
// A JSON answer too large to hold: relayed as it comes with its tail held. `decoded` payload bytes are in hand.
wire::Awaitable<Error> relay_large_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                        std::size_t decoded);

// Body bytes of an answer, decoded to the front of its connection's buffer.
struct BodyStep {
    std::size_t payload = 0;  // decoded in this step, at the offset that was given
    bool ended = false;
    Error error{};
};
inline bool body_is_empty(const UpstreamAnswer& answer) {
    return answer.framing == wire::Framing::none ||
           (answer.framing == wire::Framing::length && answer.content_length == 0);
}
// Reads more of the body into its connection's buffer; await it, then give what it answered to take_body().
// `timeout_ms` 0: the configured gap between two reads.
wire::Awaitable<wire::Stream::ReadResult> read_body_bytes(Connection& connection, UpstreamAnswer& answer,
                                                          std::uint32_t timeout_ms = 0);
// Decodes what has been received behind `offset` decoded bytes. `read` is what reading just answered; with nothing read
// yet it is empty.
BodyStep take_body(Connection& connection, UpstreamAnswer& answer, std::size_t offset,
                   const wire::Stream::ReadResult& read);

// The connection to the provider is done with: kept if its answer was read to the end.
void release_upstream(Connection& connection, UpstreamAnswer& answer, bool whole);
// What the client is charged for when it left before the upstream said: the prompt and what was streamed.
Ending counted_ending(const RequestContext& request, const StreamFacts& facts);
// Puts the provider's figure into `ending`, in this program's terms: reasoning tokens are inside the completion. The
// number of generated tokens it names as visible is the answer, for comparison with what came.
std::int64_t take_reported(const RequestContext& request, const TokenUsage& reported, Ending& ending);
// The provider's figure where it came, else what was streamed, counted.
Ending stream_ending(const RequestContext& request, const StreamFacts& facts);
// After the settlement, before the bytes that say "complete": at durability disk, waits until it is on disk. False: it
// could not be in time, and the connection is to be cut off there; the record is booked all the same.
wire::Awaitable<bool> settlement_safe(Connection& connection, const HeldRequest& held);
// Settles a request that failed: free, or what was generated if it was the client that left.
void settle_failed(Connection& connection, HeldRequest& held);

}  // namespace tollgate
