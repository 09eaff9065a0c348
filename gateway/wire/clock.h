// The two clocks: Unix time for records and people, the steady clock for durations and deadlines.
#pragma once

#include <chrono>
#include <cstdint>

namespace tollgate::wire {

#ifdef TOLLGATE_SIMULATION  // the simulated machine's clocks (tests/simulation)
struct Clock {
    using duration = std::chrono::steady_clock::duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
    static time_point now();
};
std::int64_t unix_ms_now();
#else
using Clock = std::chrono::steady_clock;

inline std::int64_t unix_ms_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}
#endif

// For rates, which a clock that is set must not move.
inline std::int64_t monotonic_ms(Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

inline std::int64_t us_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
}

}  // namespace tollgate::wire
