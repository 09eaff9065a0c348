#include "gateway/routing/health/retry_after.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

constexpr std::int64_t kMostMs = 86'400'000;

// What stands behind the name; empty: it is not there.
std::string_view value_of(std::string_view lines, std::string_view name) {
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        if (line.starts_with(name)) return line.substr(name.size());
    }
    return {};
}

std::optional<std::int64_t> number_of(std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    // A part of a second may follow: "1.5" is rounded down.
    const bool number = error == std::errc() && (end == digits.data() + digits.size() || *end == '.');
    return number && value >= 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::int64_t retry_after_ms(std::string_view header_lines, std::int64_t unix_ms) {
    if (const auto ms = number_of(value_of(header_lines, "retry-after-ms: "))) return std::min(*ms, kMostMs);
    const std::string_view value = value_of(header_lines, "retry-after: ");
    if (const auto seconds = number_of(value)) return std::min(*seconds, kMostMs / 1000) * 1000;
    const auto date = parse_http_date(value);
    return date ? std::clamp<std::int64_t>(*date - unix_ms, 0, kMostMs) : 0;
}

}  // namespace tollgate
