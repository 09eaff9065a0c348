// How long a silent upstream is waited for, in slices: whenever the client of a stream has seen nothing for a while it
// is shown that its stream is alive, so that proxies between them do not take the connection for dead. Decisions only;
// times are given, to the worker's tick.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "gateway/wire/clock.h"

namespace tollgate {

class Silence {
  public:
    using Time = wire::Clock::time_point;

    // `gap_ms`: the longest silence. `comment_ms`: from one sign of life to the next; 0: none are sent.
    Silence(std::uint32_t gap_ms, std::uint32_t comment_ms, Time now)
        : gap_ms_(gap_ms), comment_ms_(comment_ms), heard_(now), shown_(now) {}

    // For how long to wait now.
    std::uint32_t next_wait_ms(Time now) const {
        const std::int64_t until_gap = left_ms(heard_, gap_ms_, now);
        const std::int64_t wait = comment_ms_ == 0 ? until_gap : std::min(until_gap, left_ms(shown_, comment_ms_, now));
        return static_cast<std::uint32_t>(std::max<std::int64_t>(wait, 1));
    }
    // After a wait that brought nothing: whether to wait again.
    bool goes_on(Time now) const { return left_ms(heard_, gap_ms_, now) > 0; }
    // Whether it is time for a sign of life.
    bool sign_due(Time now) const { return comment_ms_ != 0 && left_ms(shown_, comment_ms_, now) <= 0; }

    void heard(Time now) { heard_ = now; }  // the upstream said something
    void shown(Time now) { shown_ = now; }  // the client was sent something
    void set_gap(std::uint32_t gap_ms) { gap_ms_ = gap_ms; }

  private:
    static std::int64_t left_ms(Time since, std::uint32_t of_ms, Time now) {
        return of_ms - std::chrono::duration_cast<std::chrono::milliseconds>(now - since).count();
    }

    std::uint32_t gap_ms_;
    const std::uint32_t comment_ms_;
    Time heard_, shown_;
};

}  // namespace tollgate
