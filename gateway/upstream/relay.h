// The upstream's answer to the client, metered; the request is settled before the bytes that say "complete" leave.
#pragma once

#include <string_view>

#include "gateway/chat/answer_options.h"
#include "gateway/exchange/held_request.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/upstream/endings.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class BodyReader;
class Connection;

// Answers the client (which may have left) and settles, or returns the error that the caller is to settle and answer.
wire::Awaitable<Error> relay(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);

// The three ways an answer can come.
wire::Awaitable<Error> relay_error(Connection& connection, UpstreamAnswer& answer);
wire::Awaitable<Error> relay_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);
// Of a call that passes through.
wire::Awaitable<Error> relay_passed(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);
// Of a session: until it is over, both ways. Settles each response by itself.
wire::Awaitable<Error> relay_realtime(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);
wire::Awaitable<Error> relay_stream(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);
// A plain answer of another dialect, or for a client of another: held whole.
wire::Awaitable<Error> relay_translated(Connection& connection, HeldRequest& held, UpstreamAnswer& answer);
// A JSON answer too large to hold: relayed as it comes with its tail held. The reader has its beginning in hand.
wire::Awaitable<Error> relay_large_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                        BodyReader& reader);
// The same where a stream was asked for, as one event. `beginning` came before what the reader has in hand.
wire::Awaitable<Error> relay_large_event(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                         BodyReader& reader, std::string_view beginning);

// Of a request for a stream whose head has left, and no event, when no endpoint has answered it.
wire::Awaitable<void> end_stream_with_error(Connection& connection, const Error& error);

// What the client of the attempt in hand is to get.
AnswerOptions options_of(Connection& connection);
// Of an answer that comes in events: what they amount to is the connection's meter's to know.
void begin_meter(Connection& connection);
UsageTerms terms_of(const Exchange& request);
AnswerSource source_of(const Exchange& request);  // of the attempt in hand
// A request that failed: free, or what was generated if it was the client that left.
Ending failed_ending(Connection& connection);

}  // namespace tollgate
