// What the gateway adds to a request that passes, by a client of another API than chat completions: LLM defaults, the
// bound that is held, and a preset's system prompt, in the words of that API.
#pragma once

#include <string_view>

#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"
#include "gateway/upstream/client_chat.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Whether there is any of it, and it is not in the dialect's words yet.
bool adds_in_dialect(const Exchange& request);

// Fills `choice.in_dialect`, members that go behind those of the body, and marks those of its own that they take the
// place of. What the API has no word for is noted in the attempt. Where a default and what the client says cannot go
// together, the client's counts. A large body is read on the parse threads.
wire::Awaitable<Error> add_in_dialect(Connection& connection, ClientChat& client);
// The same at once.
Error add_in_dialect_on_loop(std::string_view body, Exchange& request, ClientChat& client);

}  // namespace tollgate
