// What one of a provider's keys may still ask of one endpoint, as far as the provider has said: providers count by
// account and model. Any thread, without a lock. Times are given, in monotonic ms.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

#include "gateway/routing/rate_figures.h"

namespace tollgate {

class KeyAllowance {
  public:
    static constexpr std::int64_t kLongestRestMs = 600'000;
    static constexpr std::int64_t kUnnamedRestMs = 1000;  // after a 429 that does not say when to come again

    // What an answer told. Of two that come at once either may be kept.
    void note(const RateFigures& figures, std::int64_t now_ms) {
        requests_.note(figures.requests, now_ms);
        tokens_.note(figures.tokens, now_ms);
    }
    // The provider said when to come again. Of several times the latest counts, within kLongestRestMs.
    void rest_until(std::int64_t until_ms, std::int64_t now_ms) {
        const std::int64_t wanted = std::min(until_ms, now_ms + kLongestRestMs);
        std::int64_t known = rests_until_ms();
        while (known < wanted && !rests_until_ms_.compare_exchange_weak(known, wanted, std::memory_order_relaxed)) {
        }
    }
    std::int64_t rests_until_ms() const { return rests_until_ms_.load(std::memory_order_relaxed); }

    // How many more requests of so many tokens (above 0); none: not known.
    std::optional<double> requests_left(std::int64_t tokens, std::int64_t now_ms) const {
        const auto requests = requests_.left(now_ms), of_tokens = tokens_.left(now_ms);
        if (!of_tokens) return requests;
        const double by_tokens = *of_tokens / static_cast<double>(tokens);
        return requests ? std::min(*requests, by_tokens) : by_tokens;
    }

  private:
    // One limit: what was left of it then, and what has been refilled since.
    class Limit {
      public:
        void note(const RateFigure& figure, std::int64_t now_ms) {
            if (!figure.known()) return;
            const std::uint64_t limit = figure.limit == RateFigure::kUnknown ? kNoLimit : Bits(figure.limit);
            counts_.store(limit << kLimitShift | Bits(figure.left), std::memory_order_relaxed);
            noted_ms_.store(now_ms, std::memory_order_relaxed);
            full_ms_.store(now_ms + figure.full_in_ms, std::memory_order_relaxed);
        }
        std::optional<double> left(std::int64_t now_ms) const {
            const std::uint64_t counts = counts_.load(std::memory_order_relaxed);
            const auto limit = static_cast<double>(counts >> kLimitShift);
            const auto left = static_cast<double>(counts & kLeftMask);
            const bool limited = counts >> kLimitShift != kNoLimit;
            const std::int64_t full_ms = full_ms_.load(std::memory_order_relaxed);
            if (now_ms >= full_ms) return limited && full_ms != 0 ? std::optional(limit) : std::nullopt;
            const std::int64_t noted_ms = noted_ms_.load(std::memory_order_relaxed);
            if (!limited || limit <= left || now_ms <= noted_ms) return left;
            return left +
                   (limit - left) * static_cast<double>(now_ms - noted_ms) / static_cast<double>(full_ms - noted_ms);
        }

      private:
        using Bits = std::uint32_t;
        static constexpr int kLimitShift = 32;
        static constexpr std::uint64_t kLeftMask = UINT32_MAX, kNoLimit = UINT32_MAX;
        // The limit above, what is left of it below; nothing is known while full_ms_ is 0.
        std::atomic<std::uint64_t> counts_{0};
        std::atomic<std::int64_t> noted_ms_{0}, full_ms_{0};
    };

    Limit requests_, tokens_;
    std::atomic<std::int64_t> rests_until_ms_{0};
};

}  // namespace tollgate
