#include "accounting/money/limits.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "accounting/money/enum_names.h"

namespace tollgate {
namespace {

std::chrono::sys_days day_at(std::int64_t unix_ms) {
    using namespace std::chrono;
    return floor<days>(sys_time<milliseconds>(milliseconds(unix_ms)));
}

// 1970-01-01 was a Thursday: the Monday-based week that holds it began three days earlier.
constexpr std::chrono::days kThursday{3};

constexpr std::int64_t divide_up(std::int64_t dividend, std::int64_t divisor) {
    return dividend / divisor + (dividend % divisor > 0 ? 1 : 0);
}

// Names in the order of the enum's values.
constexpr std::array<std::string_view, 4> kResets = {"lifetime", "daily", "weekly", "monthly"};
constexpr std::array<std::string_view, 2> kOnExhausted = {"cut", "owe"};

}  // namespace

std::string_view to_string(LimitReset reset) { return kResets.at(static_cast<std::size_t>(reset)); }
bool parse(std::string_view text, LimitReset& reset) { return parse_name(kResets, text, reset); }
std::string_view to_string(OnExhausted policy) { return kOnExhausted.at(static_cast<std::size_t>(policy)); }
bool parse(std::string_view text, OnExhausted& policy) { return parse_name(kOnExhausted, text, policy); }

WindowNumbers windows_at(std::int64_t unix_ms) {
    using namespace std::chrono;
    const sys_days date = day_at(unix_ms);
    const year_month_day calendar(date);
    return {date.time_since_epoch().count(), floor<weeks>(date.time_since_epoch() + kThursday).count(),
            std::int64_t{int{calendar.year()}} * 12 + unsigned{calendar.month()} - 1};
}

void SpendWindows::enter(const WindowNumbers& at) {
    for (std::size_t kind = 0; kind < recent.size(); ++kind) {
        auto& [last, before] = recent[kind];
        if (last.number == at[kind]) continue;
        std::swap(last, before);
        if (last.number != at[kind]) last = {at[kind], {}, {}};
    }
}

void SpendWindows::charge(NanoUsd amount, const WindowNumbers& at) {
    total += amount;
    for (std::size_t kind = 0; kind < recent.size(); ++kind) {
        for (Window* const window : {&recent[kind].last, &recent[kind].before}) {
            if (window->number == at[kind]) window->charged += amount;
        }
    }
}

void SpendWindows::hold(NanoUsd amount, const WindowNumbers& at) {
    for (std::size_t kind = 0; kind < recent.size(); ++kind) {
        for (Window* const window : {&recent[kind].last, &recent[kind].before}) {
            // A window that was forgotten and entered again knows nothing of the holds before.
            if (window->number == at[kind]) window->held = std::max(window->held + amount, NanoUsd{});
        }
    }
}

SpendWindows::Window SpendWindows::in(LimitReset window, const WindowNumbers& at) const {
    const std::size_t kind = static_cast<std::size_t>(window) - 1;
    const auto& [last, before] = recent.at(kind);
    if (last.number == at.at(kind)) return last;
    return before.number == at.at(kind) ? before : Window{};
}

std::string to_string(const SpendWindows& windows) {
    std::string text = std::to_string(windows.total.value);
    for (const auto& [last, before] : windows.recent) {
        text += ";";
        for (const auto& [number, charged, held] : {before, last}) {
            if (number == SpendWindows::kNever) continue;
            text += " " + std::to_string(charged.value) + " in " + std::to_string(number);
        }
    }
    return text;
}

std::int64_t window_end_ms(LimitReset window, std::int64_t unix_ms) {
    using namespace std::chrono;
    const sys_days date = day_at(unix_ms);
    sys_days end = date + days(1);
    if (window == LimitReset::lifetime) return 0;
    if (window == LimitReset::weekly) {
        const days since_monday = (date.time_since_epoch() + kThursday) % weeks(1);
        end = date - since_monday + weeks(1);
    }
    if (window == LimitReset::monthly) {
        const year_month_day calendar(date);
        end = sys_days((calendar.year() / calendar.month() + months(1)) / day(1));
    }
    return duration_cast<milliseconds>(end.time_since_epoch()).count();
}

void RateBucket::refill(std::int64_t per_minute, std::int64_t now_ms) {
    const std::int64_t elapsed_ms = now_ms - refilled_ms_;
    if (elapsed_ms <= 0) return;
    refilled_ms_ = now_ms;
    missing_ -= std::min(missing_, per_minute * std::min(elapsed_ms, kMinuteMs));
}

std::int64_t RateBucket::remaining(std::int64_t per_minute) const {
    return std::max<std::int64_t>(per_minute * kMinuteMs - missing_, 0) / kMinuteMs;
}

void RateBucket::correct(std::int64_t estimated, std::int64_t used) {
    missing_ = std::max<std::int64_t>(missing_ + (used - estimated) * kMinuteMs, 0);
}

void RateBucket::set_rate(std::int64_t per_minute) { missing_ = std::min(missing_, per_minute * kMinuteMs); }

std::int64_t RateBucket::wait_ms(std::int64_t per_minute, std::int64_t units) const {
    if (per_minute == 0) return kMinuteMs;
    const std::int64_t allowed = std::max<std::int64_t>(per_minute - units, 0) * kMinuteMs;
    return divide_up(std::max<std::int64_t>(missing_ - allowed, 0), per_minute);
}

std::int64_t RateBucket::full_in_ms(std::int64_t per_minute) const {
    return per_minute == 0 ? kMinuteMs : divide_up(missing_, per_minute);
}

NanoUsd Spender::charged_in(LimitReset window, const WindowNumbers& at) const {
    return window == LimitReset::lifetime ? spent.total : spent.in(window, at).charged;
}

NanoUsd Spender::held_in(LimitReset window, const WindowNumbers& at) const {
    return window == LimitReset::lifetime ? held : spent.in(window, at).held;
}

NanoUsd Spender::budget_left(const WindowNumbers& at) const {
    if (!limits.budget) return {std::numeric_limits<std::int64_t>::max()};
    return *limits.budget - charged_in(limits.reset, at) - held_in(limits.reset, at);
}

}  // namespace tollgate
