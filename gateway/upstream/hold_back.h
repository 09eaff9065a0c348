// What a stream says before its first content - who speaks, that it has begun, comments, empty deltas - stays back
// until that comes: a stream that breaks before is tried elsewhere, and its client sees one stream. Content takes what
// was held along in the same write, so nothing of it is later for that. Decisions only; times are given, to the
// worker's tick.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "gateway/wire/clock.h"

namespace tollgate {

class HoldBack {
  public:
    using Time = wire::Clock::time_point;

    // Of one stream. An event that tells a long request once more has its room.
    static constexpr std::size_t kMostBytes = std::size_t{256} << 10;
    // From the first of it on. Clients that count events, not comments, must not take their stream for dead.
    static constexpr std::uint32_t kLongestMs = 30'000;

    // Whether `bytes` in hand are to wait for more; once they are not, nothing of the stream is. `has_content`: there
    // is some among them. `has_memory`: for as many.
    bool keeps(std::size_t bytes, bool has_content, bool has_memory, Time now) {
        if (bytes > 0 && until_ == Time::max()) until_ = now + std::chrono::milliseconds(kLongestMs);
        holding_ = holding_ && !has_content && has_memory && bytes <= kMostBytes && now < until_;
        return holding_;
    }
    bool holding() const { return holding_; }
    // How long what is held may stay.
    std::uint32_t left_ms(Time now) const {
        if (!holding_ || until_ == Time::max()) return std::numeric_limits<std::uint32_t>::max();
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - now).count();
        return left > 0 ? static_cast<std::uint32_t>(left) : 1;
    }

  private:
    bool holding_ = true;
    Time until_ = Time::max();
};

}  // namespace tollgate
