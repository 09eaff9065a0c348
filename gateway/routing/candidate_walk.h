// Which candidate of a plan is tried next. Without I/O: times are given.
//   - An endpoint that rests, since it failed or since its provider asked for less, is passed over while another
//     candidate is left; one whose rest is over after failures is tried by whoever gets the trial.
//   - Every attempt but the first is paid for out of the organization's retry budget for the model.
// A plan of one candidate asks nobody, unless its provider has several keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "gateway/routing/catalogue.h"
#include "gateway/routing/health/health_board.h"
#include "gateway/routing/health/retry_budget.h"

namespace tollgate {

class CandidateWalk {
  public:
    CandidateWalk(std::span<const CatalogueEndpoint* const> candidates, HealthBoard& health, RetryBudget& budget)
        : candidates_(candidates), health_(health), budget_(budget) {}

    // The candidate that is tried first.
    std::size_t first(std::int64_t now_ms) {
        if (candidates_.size() > 1 || candidates_.front()->provider->operators.several()) {
            budget_.note_request();
            at_ = pass_over_resting(0, now_ms);
        }
        return at_;
    }
    // Whether the candidate in hand may be tried once more, with another key.
    bool again(std::int64_t now_ms) { return budget_.take(now_ms); }
    // The one after a failed attempt; none: no other is left, or too many are tried as it is.
    std::optional<std::size_t> next(std::int64_t now_ms) {
        if (at_ + 1 >= candidates_.size()) return std::nullopt;
        // What comes after an own key is nobody else's load twice.
        const bool is_paid_for = candidates_[at_]->own == nullptr;
        if (is_paid_for && !budget_.take(now_ms)) {
            budget_spent_ = true;
            return std::nullopt;
        }
        at_ = pass_over_resting(at_ + 1, now_ms);
        return at_;
    }
    // The one after a candidate that was not asked, since it cannot be told what the request says: no load is added.
    std::optional<std::size_t> pass_over(std::int64_t now_ms) {
        if (at_ + 1 >= candidates_.size()) return std::nullopt;
        return at_ = pass_over_resting(at_ + 1, now_ms);
    }
    // One to be tried while the attempt before it has not failed: only one that is well.
    std::optional<std::size_t> beside(std::int64_t now_ms) {
        std::size_t at = at_ + 1;
        while (at < candidates_.size() && !is_well(*candidates_[at], now_ms)) ++at;
        if (at >= candidates_.size() || !budget_.take(now_ms)) return std::nullopt;
        return at_ = at;
    }
    bool budget_spent() const { return budget_spent_; }  // that is why there was no next one

    // When the first of the others may be asked again whose providers asked for less; 0: none did.
    std::int64_t soonest_beside(std::size_t candidate, std::int64_t now_ms) const {
        std::int64_t soonest = 0;
        for (std::size_t i = 0; i < candidates_.size(); ++i) {
            const std::int64_t until_ms = i == candidate ? 0 : rests_until_ms(*candidates_[i]);
            if (until_ms > now_ms && (soonest == 0 || until_ms < soonest)) soonest = until_ms;
        }
        return soonest;
    }

  private:
    std::int64_t rests_until_ms(const CatalogueEndpoint& endpoint) const {
        return endpoint.own != nullptr ? endpoint.own->health->rests_until_ms()
                                       : health_.rests_until_ms(endpoint.number);
    }
    bool is_well(const CatalogueEndpoint& endpoint, std::int64_t now_ms) const {
        if (rests_until_ms(endpoint) > now_ms) return false;
        if (endpoint.own != nullptr)
            return endpoint.own->health->breaker().state(now_ms) == CircuitBreaker::State::closed;
        return health_.breaker(endpoint.number, now_ms) == CircuitBreaker::State::closed;
    }
    std::size_t pass_over_resting(std::size_t at, std::int64_t now_ms) {
        while (at + 1 < candidates_.size() && !may_try(*candidates_[at], now_ms)) ++at;
        return at;
    }
    bool may_try(const CatalogueEndpoint& endpoint, std::int64_t now_ms) {
        if (rests_until_ms(endpoint) > now_ms) return false;
        if (endpoint.own != nullptr) return may_try(endpoint.own->health->breaker(), now_ms);
        const CircuitBreaker::State state = health_.breaker(endpoint.number, now_ms);
        if (state == CircuitBreaker::State::closed) return true;
        return state == CircuitBreaker::State::trial_due && health_.take_trial(endpoint.number, now_ms);
    }

    static bool may_try(CircuitBreaker& breaker, std::int64_t now_ms) {
        const CircuitBreaker::State state = breaker.state(now_ms);
        return state == CircuitBreaker::State::closed ||
               (state == CircuitBreaker::State::trial_due && breaker.take_trial(now_ms));
    }

    std::span<const CatalogueEndpoint* const> candidates_;
    HealthBoard& health_;
    RetryBudget& budget_;
    std::size_t at_ = 0;
    bool budget_spent_ = false;
};

}  // namespace tollgate
