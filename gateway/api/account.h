// What an inference key may see of its own: GET /api/v1/key, /credits, /generation.
#pragma once

#include "gateway/api/api.h"

namespace tollgate {

struct Services;

// API thread.
ApiAnswer show_account(Services& services, const ApiRequest& request);
// Any thread; the principal has credit.
ApiAnswer show_credits(const Principal& principal);
// OpenRouter's key object, used by management too.
void write_key(const KeyRecord& key, std::int64_t now_ms, JsonWriter& json);

}  // namespace tollgate
