#include "gateway/routing/health/circuit_breaker.h"

#include <algorithm>

namespace tollgate {

std::int64_t CircuitBreaker::rest_ms() const {
    constexpr std::uint32_t kMostDoublings = 16;
    const std::uint32_t doublings = std::min(rests_.load(std::memory_order_relaxed), kMostDoublings);
    return std::min(options_.first_rest_ms << doublings, options_.longest_rest_ms);
}

bool CircuitBreaker::take_trial(std::int64_t now_ms) {
    std::int64_t trial_at = trial_at_.load(std::memory_order_acquire);
    if (trial_at == kClosed || now_ms < trial_at) return false;
    return trial_at_.compare_exchange_strong(trial_at, now_ms + rest_ms(), std::memory_order_acq_rel);
}

void CircuitBreaker::open(std::int64_t now_ms) {
    const bool was_well = now_ms - recovered_ms_.load(std::memory_order_relaxed) > options_.good_for_ms;
    if (was_well && trial_at_.load(std::memory_order_relaxed) == kClosed) rests_.store(0, std::memory_order_relaxed);
    opened_ms_.store(now_ms, std::memory_order_relaxed);
    trial_at_.store(now_ms + rest_ms(), std::memory_order_release);
    rests_.fetch_add(1, std::memory_order_relaxed);
}

void CircuitBreaker::note(bool success, std::int64_t began_ms, std::int64_t now_ms) {
    const bool closed = trial_at_.load(std::memory_order_acquire) == kClosed;
    if (success && closed) {
        if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
        return;
    }
    if (!closed && began_ms < opened_ms_.load(std::memory_order_relaxed)) return;
    if (success) {
        failures_.store(0, std::memory_order_relaxed);
        recovered_ms_.store(now_ms, std::memory_order_relaxed);
        trial_at_.store(kClosed, std::memory_order_release);
        return;
    }
    const std::uint32_t in_a_row = failures_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (!closed || in_a_row >= options_.failures_to_open) open(now_ms);
}

}  // namespace tollgate
