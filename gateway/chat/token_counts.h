// What an answer used, as its provider reported it or as it was counted here. What it costs is accounting's business.
#pragma once

#include <compare>
#include <cstdint>

namespace tollgate {

struct TokenCounts {
    std::int64_t prompt = 0;
    std::int64_t completion = 0;
    std::int64_t cache_read = 0;      // of the prompt
    std::int64_t cache_write = 0;     // of the prompt
    std::int64_t reasoning = 0;       // inside `completion` with most providers, beside it with some
    std::int64_t cache_write_1h = 0;  // of cache_write: kept for an hour
    auto operator<=>(const TokenCounts&) const = default;
};

}  // namespace tollgate
