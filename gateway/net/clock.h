// The two clocks: Unix time for records and people, the steady clock for durations and deadlines.
#pragma once

#include <chrono>
#include <cstdint>

namespace tollgate::net {

using Clock = std::chrono::steady_clock;

inline std::int64_t unix_ms_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// For rates, which a clock that is set must not move.
inline std::int64_t monotonic_ms(Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

inline std::int64_t us_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
}

}  // namespace tollgate::net
