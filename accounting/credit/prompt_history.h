// How many tokens the text of an endpoint's prompts has to a byte, learned from what its provider reports: for holds
// the ratio that 99 of 100 prompts stay below, for bills without the provider's figure the mean.
//
// The ratio is a property of the model's tokenizer, so it is learned from all organizations together. So one customer's
// prompts can move what others are billed where the provider's figure is missing. How far is bounded:
//   - every prompt counts once, however long it is;
//   - bills use the mean of at least kLeastSamples prompts, up to thousands;
//   - each sample is clamped to what text can have: between kLeastBytesPerToken and kMostBytesPerToken.
//
// Thread-safe. learned() is one atomic load. add() never waits: a sample that comes while another is added is left out.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace tollgate {

class PromptHistory {
  public:
    static constexpr std::uint32_t kLeastSamples = 64;      // before that nothing is known
    static constexpr std::uint32_t kMostSamples = 4096;     // then all counts are halved: old prompts fade
    static constexpr std::int64_t kLeastPromptBytes = 256;  // shorter ones teach nothing
    static constexpr std::int64_t kMostBytesPerToken = 8;   // what is learned lies between this
    static constexpr std::int64_t kLeastBytesPerToken = 1;  // and this

    struct Ratios {
        std::uint32_t mean_tokens_per_mib = 0, p99_tokens_per_mib = 0;  // p99 >= mean
        std::int64_t usual_tokens(std::int64_t bytes) const;            // by the mean, to the nearest
        std::int64_t most_tokens(std::int64_t bytes) const;             // by the p99, rounded up
    };

    // `tokens` of the text alone, as the provider reported them.
    void add(std::int64_t bytes, std::int64_t tokens);
    std::optional<Ratios> learned() const;

  private:
    static constexpr std::int64_t kMib = std::int64_t{1} << 20;
    static constexpr std::int64_t kLeastRatio = kMib / kMostBytesPerToken, kMostRatio = kMib / kLeastBytesPerToken;
    static constexpr std::int64_t kBucketWidth = kMib / 128;
    static constexpr std::size_t kBuckets = (kMostRatio - kLeastRatio) / kBucketWidth + 1;  // bucket i: up to bound(i)
    static constexpr std::int64_t bound(std::size_t bucket) {
        return kLeastRatio + static_cast<std::int64_t>(bucket) * kBucketWidth;
    }
    Ratios measure() const;
    void fade();

    std::mutex mutex_;
    std::array<std::uint16_t, kBuckets> in_{};  // guarded by mutex_, as are the next two
    std::uint32_t samples_ = 0;
    std::int64_t sum_ = 0;  // of the samples' ratios
    std::atomic<Ratios> learned_{};
    static_assert(std::atomic<Ratios>::is_always_lock_free);
};

}  // namespace tollgate
