// What may be spent, and how fast, by one spender: a key, a member, a project or a whole organization. State and
// arithmetic only; who asks whom, and under which lock, is credit.h.
#pragma once

#include <cstdint>
#include <optional>

#include "accounting/money.h"

namespace tollgate {

// UTC windows of a budget; lifetime never resets. Weeks start on Monday.
enum class LimitReset : std::uint8_t { lifetime, daily, weekly, monthly };

// What was charged by UTC window. Windows are numbered so that a higher number is a reset; an amount that comes with an
// earlier time (a clock that stepped back) counts in the current window, so that no limit is passed.
struct SpendWindows {
    NanoUsd total, day, week, month;
    std::int64_t day_number = 0, week_number = 0, month_number = 0;
    void add(NanoUsd amount, std::int64_t unix_ms);
    void roll(std::int64_t unix_ms);  // zero the windows that have ended
    NanoUsd in(LimitReset window) const;
};

// When the window that holds `unix_ms` ends, Unix time; 0 for lifetime.
std::int64_t window_end_ms(LimitReset window, std::int64_t unix_ms);

enum class LimitScope : std::uint8_t { organization, project, member, key };

inline constexpr std::int64_t kMostPerMinute = 1'000'000'000'000;  // a larger rate or count is no limit

// Absent: unlimited. 0: nothing left.
struct Limits {
    std::optional<NanoUsd> budget;  // to be charged in one window
    LimitReset reset = LimitReset::lifetime;
    std::optional<std::int64_t> requests_per_minute;
    std::optional<std::int64_t> tokens_per_minute;  // prompt and completion
    std::optional<std::int64_t> concurrent_requests;
    bool operator==(const Limits&) const = default;
};

// A rate as a bucket that holds a minute's worth and refills evenly, as OpenAI's limits do: a pause earns a burst, and
// what a refusal says of the time to wait is exact. Times are of a monotonic clock.
class RateBucket {
  public:
    static constexpr std::int64_t kMinuteMs = 60'000;

    void refill(std::int64_t per_minute, std::int64_t now_ms);
    std::int64_t remaining(std::int64_t per_minute) const;  // whole units, never below 0
    void take(std::int64_t units) { missing_ += units * kMinuteMs; }
    // What was taken as an estimate becomes what was used. Never fuller than full, whatever was taken here.
    void correct(std::int64_t estimated, std::int64_t used);
    void set_rate(std::int64_t per_minute);  // what an earlier, larger rate gave is no debt beyond an empty bucket
    // Until `units` are there; until the bucket is full if it never holds so many.
    std::int64_t wait_ms(std::int64_t per_minute, std::int64_t units) const;
    std::int64_t full_in_ms(std::int64_t per_minute) const;

  private:
    std::int64_t missing_ = 0;  // units times kMinuteMs, so that refilling by the millisecond loses nothing
    std::int64_t refilled_ms_ = 0;
};

// Guarded by its organization's lock. Lives as long as the process.
struct Spender {
    explicit Spender(LimitScope of) : scope(of) {}

    const LimitScope scope;
    Limits limits;
    SpendWindows spent;
    NanoUsd held;
    std::int64_t running = 0;  // requests that hold
    RateBucket requests, tokens;

    // What the budget still allows beside what is held; the largest amount if there is none.
    NanoUsd budget_left(std::int64_t unix_ms);
};

}  // namespace tollgate
