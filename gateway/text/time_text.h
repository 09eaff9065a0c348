// Points in time as people and JSON write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

// Unix milliseconds as RFC 3339 UTC with milliseconds.
std::string rfc3339(std::int64_t unix_ms);
// As in HTTP's Date (RFC 9110, section 5.6.7).
std::string http_date(std::int64_t unix_ms);
// All three forms that a recipient must know (the same section). To Unix milliseconds.
std::optional<std::int64_t> parse_http_date(std::string_view text);
// RFC 3339 ("2026-11-22T01:02:03.004Z", "2026-11-22T01:02:03+01:00"), a day alone, which is its beginning in UTC, or
// Unix milliseconds ("1795219200000"). To Unix milliseconds; invalid otherwise, and before 1970.
Result<std::int64_t> parse_time(std::string_view text);

}  // namespace tollgate
