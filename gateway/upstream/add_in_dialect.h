// What the gateway adds to a request that passes, by a client of another API than chat completions: LLM defaults, the
// bound that is held, and a preset's system prompt, in the words of that API.
#pragma once

#include <string_view>

#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"

namespace tollgate {

// Fills `choice.in_dialect`, members that go behind those of `body`, and marks those of its own that they take the
// place of. What the API has no word for is noted in the attempt. Where a default and what the client says cannot go
// together, the client's counts.
Error add_in_dialect(Exchange& request, std::string_view body);

}  // namespace tollgate
