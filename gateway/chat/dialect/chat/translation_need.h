// Requests of chat completions whose bytes cannot pass to an upstream of the same dialect, because of its quirks.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/target.h"

namespace tollgate {

// Whether the request has something that the upstream refuses or misunderstands, and that is written otherwise for it.
// `body` is a well-formed object. Without quirks that could ask for it the body is not looked at. A member of the body
// that this program does not know is no reason: it may be the provider's own, and would be lost. Of messages, calls and
// functions the dialect's own members are known, and a strict upstream takes no others.
bool needs_translation(Quirks quirks, std::string_view body);

}  // namespace tollgate
