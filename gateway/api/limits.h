// Budgets and rates of an organization, its projects, members and keys, for the root key. API thread.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/api/api.h"

namespace tollgate {

struct Services;

// GET and PUT of .../limits, .../projects/{id}/limits, .../members/{id}/limits, .../keys/{hash}/limits. `path` is what
// follows the organization's id; nullopt if it names no limits.
std::optional<ApiAnswer> answer_limits(Services& services, const ApiRequest& request, const Id128& organization,
                                       std::string_view path);

// "daily", "weekly", "monthly"; empty for lifetime.
std::optional<LimitReset> parse_reset(std::string_view text);

}  // namespace tollgate
