// What may be spent, and how fast, by one spender: a key, a member, a project or a whole organization. State and
// arithmetic only; who asks whom, and under which lock, is credit.h.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/money/money.h"

namespace tollgate {

// UTC windows of a budget; lifetime never resets. Weeks start on Monday.
enum class LimitReset : std::uint8_t { lifetime, daily, weekly, monthly };
std::string_view to_string(LimitReset reset);
bool parse(std::string_view text, LimitReset& reset);  // false, and `reset` unchanged: it is none of the names

// The day, week and month that hold a time: days and weeks since 1970, months since year 0.
using WindowNumbers = std::array<std::int64_t, 3>;
WindowNumbers windows_at(std::int64_t unix_ms);

// What was charged and is held, by the UTC window in which its request was admitted, whenever it ends and whatever the
// clock did since. Of each kind two windows are known: the one that was entered last and the one before. So what ends
// after midnight counts where it began, and a clock that leaves for another window and comes back finds the sums as
// they were. Entering a third forgets the older; what comes for a window that is forgotten counts in the total alone.
struct SpendWindows {
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
    struct Window {
        std::int64_t number = kNever;
        NanoUsd charged, held;
        bool operator==(const Window&) const = default;
    };
    struct Pair {
        Window last, before;
        bool operator==(const Pair&) const = default;
    };
    NanoUsd total;               // charged in any window
    std::array<Pair, 3> recent;  // by day, week, month

    void enter(const WindowNumbers& at);
    void charge(NanoUsd amount, const WindowNumbers& at);
    void hold(NanoUsd amount, const WindowNumbers& at);           // negative: released
    Window in(LimitReset window, const WindowNumbers& at) const;  // not lifetime's; zero if it is not known
    bool operator==(const SpendWindows&) const = default;
};

// What was charged, for messages: the total; then by days, weeks and months, the window entered last at the end.
std::string to_string(const SpendWindows& windows);

// When the window that holds `unix_ms` ends, Unix time; 0 for lifetime.
std::int64_t window_end_ms(LimitReset window, std::int64_t unix_ms);

enum class LimitScope : std::uint8_t { organization, project, member, key };

// What becomes of a stream whose hold cannot grow: it is cut with finish_reason "length", or goes on for a while at the
// platform's cost.
enum class OnExhausted : std::uint8_t { cut, owe };
std::string_view to_string(OnExhausted policy);
bool parse(std::string_view text, OnExhausted& policy);

inline constexpr std::int64_t kMostPerMinute = 1'000'000'000'000;  // a larger rate or count is no limit

// Absent: unlimited. 0: nothing left.
struct Limits {
    std::optional<NanoUsd> budget = {};  // to be charged in one window
    LimitReset reset = LimitReset::lifetime;
    std::optional<std::int64_t> requests_per_minute = {};
    std::optional<std::int64_t> tokens_per_minute = {};  // prompt and completion
    std::optional<std::int64_t> concurrent_requests = {};
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
    bool has_limits = false;  // `limits` were set, be it to none
    Limits limits;
    SpendWindows spent;
    NanoUsd held;              // of all windows
    std::int64_t running = 0;  // requests that hold
    // When the budget last refused a request that would not have fitted either if nobody held anything: Unix time; 0:
    // since the budget is as it is, never.
    std::int64_t used_up_ms = 0;
    RateBucket requests, tokens;

    // In the budget's window that holds a time.
    NanoUsd charged_in(LimitReset window, const WindowNumbers& at) const;
    NanoUsd held_in(LimitReset window, const WindowNumbers& at) const;
    // What the budget still allows beside what is held; the largest amount if there is none.
    NanoUsd budget_left(const WindowNumbers& at) const;
};

}  // namespace tollgate
