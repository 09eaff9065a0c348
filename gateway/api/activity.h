// What an organization used: its requests (activity), sums of them (analytics), and OpenRouter's daily activity. For
// the root key and the organization's own management keys.
#pragma once

#include <optional>

#include "gateway/api/api.h"

namespace tollgate {

struct Services;

// GET /api/organizations/{id}/activity and .../analytics; nullopt for any other path.
std::optional<ApiAnswer> answer_usage(Services& services, const ApiRequest& request);
// GET /api/v1/activity.
ApiAnswer show_daily_activity(Services& services, const ApiRequest& request);

}  // namespace tollgate
