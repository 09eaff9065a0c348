// The request in the words of its endpoint's dialect, where that is not the client's.
#pragma once

#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"
#include "gateway/upstream/client_chat.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Whether the endpoint of the attempt speaks another dialect than the client, or has quirks that the body must be
// written for, or the body cannot be spliced.
bool translates_request(const Exchange& request, std::string_view body);

// Whether its answer goes to the client by way of events: all but chat completions for a client of the same.
inline bool translates_answer(const Exchange& request) {
    return request.attempt.endpoint->provider->dialect != nullptr || !request.head.inbound->speaks_chat();
}

// What the attempt's endpoint is written to.
Target target_of(const Exchange& request);

// Writes `upstream_body`, and notes in the attempt what the endpoint is not told. The body is read unless it was for an
// attempt before. A large one is read and written on the parse threads. invalid_request: the endpoint cannot be asked
// this; another one may.
wire::Awaitable<Error> translate_request(Connection& connection, ClientChat& client);
// The same at once, for the attempt in hand, into `upstream_body`.
Error translate_on_loop(std::string_view body, Exchange& request, ClientChat& client, UpstreamBody& upstream_body);

}  // namespace tollgate
