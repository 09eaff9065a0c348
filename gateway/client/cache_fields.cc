#include "gateway/client/cache_fields.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tollgate {
namespace {

constexpr std::string_view kWanted = "x-openrouter-cache", kTtl = "x-openrouter-cache-ttl",
                           kClear = "x-openrouter-cache-clear";

bool is_true(std::string_view value) { return wire::equals_ignoring_case(value, "true"); }

std::optional<std::int64_t> ttl_of(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (end != text.data() + text.size() || text.empty()) return std::nullopt;
    if (error == std::errc::result_out_of_range) return CacheFields::kMostTtlS;
    return std::clamp(seconds, CacheFields::kLeastTtlS, CacheFields::kMostTtlS);
}

}  // namespace

CacheFields cache_fields(const wire::RequestHead& from) {
    CacheFields fields;
    static const auto kNames =
        wire::MessageHead::name_bit(kWanted) | wire::MessageHead::name_bit(kTtl) | wire::MessageHead::name_bit(kClear);
    if ((from.name_bits & kNames) == 0) return fields;
    fields.told = !from.field(kWanted).empty();
    fields.wanted = is_true(from.field(kWanted));
    if (fields.told && !fields.wanted) return fields;
    fields.clear = is_true(from.field(kClear));
    const auto ttl_s = ttl_of(from.field(kTtl));
    fields.ttl_told = ttl_s.has_value();
    fields.ttl_s = ttl_s.value_or(CacheFields::kDefaultTtlS);
    return fields;
}

}  // namespace tollgate
