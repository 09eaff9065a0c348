#include "gateway/routing/health/retry_after.h"

#include <algorithm>
#include <charconv>

namespace tollgate {
namespace {

constexpr std::int64_t kMostMs = 86'400'000;

// The number behind the name; -1: there is none.
std::int64_t number_of(std::string_view lines, std::string_view name) {
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        if (!line.starts_with(name)) continue;
        const std::string_view digits = line.substr(name.size());
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        // A part of a second may follow: "1.5" is rounded down.
        const bool number = error == std::errc() && (end == digits.data() + digits.size() || *end == '.');
        return number && value >= 0 ? value : -1;
    }
    return -1;
}

}  // namespace

std::int64_t retry_after_ms(std::string_view header_lines) {
    const std::int64_t ms = number_of(header_lines, "retry-after-ms: ");
    if (ms >= 0) return std::min(ms, kMostMs);
    const std::int64_t seconds = number_of(header_lines, "retry-after: ");
    return seconds > 0 ? std::min(seconds, kMostMs / 1000) * 1000 : 0;
}

}  // namespace tollgate
