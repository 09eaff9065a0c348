#include "gateway/routing/rate_figures.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

struct FieldNames {
    RateFigure RateFigures::* figure;
    std::string_view left, limit, full;
};

// https://platform.openai.com/docs/guides/rate-limits, https://docs.anthropic.com/en/api/rate-limits
constexpr std::array<FieldNames, 6> kFields = {
    {{&RateFigures::requests, "x-ratelimit-remaining-requests", "x-ratelimit-limit-requests",
      "x-ratelimit-reset-requests"},
     {&RateFigures::tokens, "x-ratelimit-remaining-tokens", "x-ratelimit-limit-tokens", "x-ratelimit-reset-tokens"},
     {&RateFigures::requests, "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-limit",
      "anthropic-ratelimit-requests-reset"},
     {&RateFigures::tokens, "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-limit",
      "anthropic-ratelimit-tokens-reset"},
     {&RateFigures::tokens, "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-limit",
      "anthropic-ratelimit-input-tokens-reset"},
     {&RateFigures::tokens, "anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-limit",
      "anthropic-ratelimit-output-tokens-reset"}}};

// What is more than any limit is told as that.
std::int64_t count_of(std::string_view text) {
    constexpr std::int64_t kMost = UINT32_MAX - 1;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return text.starts_with('-') ? 0 : kMost;
    if (error != std::errc()) return RateFigure::kUnknown;
    return std::clamp<std::int64_t>(value, 0, kMost);
}

// Of a duration as Go writes it.
double unit_ms(std::string_view unit) {
    constexpr std::array<std::pair<std::string_view, double>, 7> kUnits = {
        {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60'000}, {"h", 3'600'000}, {"us", 0.001}, {"ns", 0.000001}}};
    const auto* const found = std::ranges::find(kUnits, unit, [](const auto& row) { return row.first; });
    return found == kUnits.end() ? -1 : found->second;
}

std::optional<double> duration_ms(std::string_view text) {
    if (text.empty()) return std::nullopt;
    double all = 0;
    while (!text.empty()) {
        double value = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
        if (error != std::errc()) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const std::string_view unit = text.substr(0, text.find_first_of("0123456789."));
        const double factor = unit_ms(unit);
        if (factor < 0 || !std::isfinite(value) || value < 0) return std::nullopt;
        all += value * factor;
        text.remove_prefix(unit.size());
    }
    return all;
}

}  // namespace

std::int64_t refill_ms(std::string_view text, std::int64_t unix_ms) {
    constexpr std::int64_t kLeastMs = 1;
    if (text.find('T') != std::string_view::npos) {
        const auto at = parse_time(text);
        return at ? std::clamp(*at - unix_ms, kLeastMs, kLongestRefillMs) : kUsualRefillMs;
    }
    const auto duration = duration_ms(text);
    if (!duration) return kUsualRefillMs;
    return std::max(kLeastMs, static_cast<std::int64_t>(std::min(*duration, static_cast<double>(kLongestRefillMs))));
}

RateFigures read_rate_figures(const wire::ResponseHead& head, std::int64_t unix_ms) {
    RateFigures figures;
    for (const FieldNames& names : kFields) {
        const std::int64_t left = count_of(head.field(names.left));
        RateFigure& figure = figures.*names.figure;
        if (left == RateFigure::kUnknown || (figure.known() && figure.left <= left)) continue;
        figure = {left, count_of(head.field(names.limit)), refill_ms(head.field(names.full), unix_ms)};
    }
    return figures;
}

}  // namespace tollgate
