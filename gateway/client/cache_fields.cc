#include "gateway/client/cache_fields.h"

#include <algorithm>
#include <charconv>

namespace tollgate {
namespace {

constexpr std::string_view kWanted = "x-openrouter-cache", kTtl = "x-openrouter-cache-ttl",
                           kClear = "x-openrouter-cache-clear";

bool is_true(std::string_view value) { return wire::equals_ignoring_case(value, "true"); }

std::int64_t ttl_of(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (end != text.data() + text.size() || text.empty()) return CacheFields::kDefaultTtlS;
    if (error == std::errc::result_out_of_range) return CacheFields::kMostTtlS;
    return std::clamp(seconds, CacheFields::kLeastTtlS, CacheFields::kMostTtlS);
}

}  // namespace

CacheFields cache_fields(const wire::RequestHead& from) {
    CacheFields fields;
    if ((from.name_bits & wire::MessageHead::name_bit(kWanted)) == 0) return fields;
    fields.wanted = is_true(from.field(kWanted));
    if (!fields.wanted) return fields;
    fields.clear = is_true(from.field(kClear));
    fields.ttl_s = ttl_of(from.field(kTtl));
    return fields;
}

}  // namespace tollgate
