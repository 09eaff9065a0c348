// What an inference key may see of its own: GET /api/v1/key, /credits, /generation. Control thread.
#pragma once

#include "gateway/api/api.h"

namespace tollgate {

struct Services;

ApiAnswer show_account(Services& services, const ApiRequest& request);
// OpenRouter's key object, used by management too.
void write_key(const KeyRecord& key, std::int64_t now_ms, JsonText& json);

}  // namespace tollgate
