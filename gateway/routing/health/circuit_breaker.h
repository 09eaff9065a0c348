// Keeps requests away from an endpoint that fails one after another, and lets single ones find out whether it is back.
// One for all workers: any thread, without a lock; while all is well it is only read. Times are given, in ms.
//
//   closed --(failures in a row)--> resting --(the rest is over)--> one trial --(answers)--> closed
//                                      ^------------(fails: a longer rest)-------'
#pragma once

#include <atomic>
#include <cstdint>

namespace tollgate {

struct BreakerOptions {
    std::uint32_t failures_to_open = 3;
    std::int64_t first_rest_ms = 1000;
    std::int64_t longest_rest_ms = 4000;  // rests double up to it: an endpoint that is back is found within it
    std::int64_t good_for_ms = 30'000;    // an endpoint that was well so long rests shortly again
};

class CircuitBreaker {
  public:
    enum class State : std::uint8_t { closed, resting, trial_due };

    explicit CircuitBreaker(const BreakerOptions& options = {}) : options_(options) {}

    State state(std::int64_t now_ms) const {
        const std::int64_t trial_at = trial_at_.load(std::memory_order_acquire);
        if (trial_at == kClosed) return State::closed;
        return now_ms < trial_at ? State::resting : State::trial_due;
    }
    // Of all who see that a trial is due one gets it. If it never ends, the next one is due after another rest.
    bool take_trial(std::int64_t now_ms);
    // An attempt that began at that time came to its end. What began before the endpoint was found failing says no more
    // of it.
    void note(bool success, std::int64_t began_ms, std::int64_t now_ms);
    // When an endpoint that had failed was found well again; 0: never. What was seen of it before says no more of it.
    std::int64_t recovered_ms() const { return recovered_ms_.load(std::memory_order_relaxed); }
    // When the rest is over; long past while it is closed.
    std::int64_t trial_at_ms() const { return trial_at_.load(std::memory_order_relaxed); }
    // When it last was found failing; 0: never.
    std::int64_t opened_ms() const { return opened_ms_.load(std::memory_order_relaxed); }

  private:
    static constexpr std::int64_t kClosed = INT64_MIN;

    std::int64_t rest_ms() const;
    void open(std::int64_t now_ms);

    const BreakerOptions options_;
    std::atomic<std::int64_t> trial_at_{kClosed};
    std::atomic<std::uint32_t> failures_{0};  // in a row
    std::atomic<std::uint32_t> rests_{0};     // in a row
    std::atomic<std::int64_t> opened_ms_{0}, recovered_ms_{0};
};

}  // namespace tollgate
