// How much of something there may be in an hour, whoever asks for it.
#pragma once

#include <cstdint>
#include <mutex>

namespace tollgate {

// Any thread.
class HourlyBound {
  public:
    // Whether there may be one more, and counts it.
    bool take(std::int64_t unix_ms, std::uint32_t most) {
        constexpr std::int64_t kHourMs = 3'600'000;
        const std::lock_guard guard(mutex_);
        if (unix_ms / kHourMs != hour_) {
            hour_ = unix_ms / kHourMs;
            taken_ = 0;
        }
        if (taken_ >= most) return false;
        ++taken_;
        return true;
    }

  private:
    std::mutex mutex_;
    std::int64_t hour_ = -1;  // guarded, as what follows
    std::uint32_t taken_ = 0;
};

}  // namespace tollgate
