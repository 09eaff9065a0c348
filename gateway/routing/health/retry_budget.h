// How many further attempts a model's requests may make: a part of what they are, so that failures do not multiply the
// load of what still works. What a circuit breaker does not see, as every other answer failing, it bounds. One
// worker's.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tollgate {

class RetryBudget {
  public:
    static constexpr std::int64_t kRequestsPerRetry = 10;
    static constexpr std::int64_t kMostSaved = 20;   // retries: a burst of them is no storm
    static constexpr std::int64_t kRefillMs = 1000;  // one retry more a second: a few requests may always fail over

    void note_request() { saved_ = std::min(saved_ + 1, kMostSaved * kRequestsPerRetry); }
    bool take(std::int64_t now_ms) {
        if (refilled_ms_ == 0) refilled_ms_ = now_ms;
        const std::int64_t refills = (now_ms - refilled_ms_) / kRefillMs;
        refilled_ms_ += refills * kRefillMs;
        saved_ = std::min(saved_ + std::min(refills, kMostSaved) * kRequestsPerRetry, kMostSaved * kRequestsPerRetry);
        if (saved_ < kRequestsPerRetry) return false;
        saved_ -= kRequestsPerRetry;
        return true;
    }

  private:
    std::int64_t saved_ = kMostSaved * kRequestsPerRetry;  // in requests
    std::int64_t refilled_ms_ = 0;
};

}  // namespace tollgate
