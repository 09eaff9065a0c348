// By what an answer is kept and found again: who asks, and all that decides the answer.
#pragma once

#include <string_view>

#include "gateway/exchange/exchange.h"
#include "gateway/exchange/response_cache.h"

namespace tollgate {

// Of the organization, project and key, the route, the model that would answer, and the body with what it is given by
// presets and defaults. The order of its members makes no difference; what is absent, null and 0 does. Who the end user
// is and whether usage is told in the stream do not count. `body` is well-formed JSON.
CacheKey cache_key(const Exchange& request, std::string_view model, std::string_view body);

}  // namespace tollgate
