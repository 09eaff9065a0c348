// A prompt that passes to an endpoint of its own API, where that would refuse something in it: see prompt_faults.h.
#pragma once

#include "gateway/client/connection.h"
#include "gateway/exchange/exchange.h"
#include "gateway/wire/asio.h"

namespace tollgate {

// Whether mend_prompt() may have to do something for the attempt, whose request is not translated. Nearly all requests
// end here.
bool may_be_mended(const Exchange& request);

// Makes the attempt's `prompt` what its endpoint is to be sent. A large body is read on the parse threads.
wire::Awaitable<void> mend_prompt(Connection& connection);
// The same at once; `body` is the client's.
void mend_prompt_on_loop(std::string_view body, Exchange& request);

}  // namespace tollgate
