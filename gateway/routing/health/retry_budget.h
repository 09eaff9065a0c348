// How many further attempts an organization's requests for a model may make: a part of what they are, so that failures
// do not multiply the load of what still works. What a circuit breaker does not see, as every other answer failing, it
// bounds. One worker's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "accounting/money/ids.h"

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

// A model's. Each organization has a budget of its own, whose failures take nothing from the others; of many, some
// share one. Takes memory (a kibibyte) once the model has been asked for.
class RetryBudgets {
  public:
    static constexpr std::size_t kShares = 64;

    RetryBudget& of(const Id128& organization) {
        if (shares_ == nullptr) shares_ = std::make_unique<std::array<RetryBudget, kShares>>();
        return (*shares_)[Id128Hash()(organization) % kShares];
    }

  private:
    std::unique_ptr<std::array<RetryBudget, kShares>> shares_;
};

}  // namespace tollgate
