// A point in time as a person writes it.
#pragma once

#include <cstdint>
#include <string>

#include "store/status.h"

namespace tollgate {

// Unix milliseconds ("1795219200000"), or RFC 3339: "2026-11-22T01:02:03.004Z", "2026-11-22T01:02:03+01:00", and the
// day alone, which is its beginning in UTC. invalid otherwise.
Result<std::int64_t> parse_time(const std::string& text);

}  // namespace tollgate
