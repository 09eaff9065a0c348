#include "accounting/limits.h"

#include <algorithm>
#include <chrono>
#include <limits>

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

}  // namespace

void SpendWindows::roll(std::int64_t unix_ms) {
    using namespace std::chrono;
    const sys_days date = day_at(unix_ms);
    const std::int64_t today = date.time_since_epoch().count();
    if (today <= day_number) return;  // weeks and months only end when a day does
    const auto enter = [](std::int64_t number, std::int64_t& current, NanoUsd& amount) {
        if (number == current) return;
        current = number;
        amount = {};
    };
    enter(today, day_number, day);
    enter(floor<weeks>(days(today) + kThursday).count(), week_number, week);
    const year_month_day calendar(date);
    enter(std::int64_t{int{calendar.year()}} * 12 + unsigned{calendar.month()} - 1, month_number, month);
}

void SpendWindows::add(NanoUsd amount, std::int64_t unix_ms) {
    roll(unix_ms);
    total += amount;
    day += amount;
    week += amount;
    month += amount;
}

NanoUsd SpendWindows::in(LimitReset window) const {
    switch (window) {
        case LimitReset::lifetime:
            return total;
        case LimitReset::daily:
            return day;
        case LimitReset::weekly:
            return week;
        case LimitReset::monthly:
            return month;
    }
    return total;
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

NanoUsd Spender::budget_left(std::int64_t unix_ms) {
    if (!limits.budget) return {std::numeric_limits<std::int64_t>::max()};
    if (limits.reset != LimitReset::lifetime) spent.roll(unix_ms);
    return *limits.budget - spent.in(limits.reset) - held;
}

}  // namespace tollgate
