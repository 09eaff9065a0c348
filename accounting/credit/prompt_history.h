// How many tokens the text of an organization's prompts has to a byte, by endpoint, learned from what the providers
// report: for holds the ratio that 99 of 100 prompts stay below, for bills without the provider's figure the mean.
//
// The ratio is a property of the model's tokenizer and of what is written, so it could be learned from all
// organizations together. It is not: then one organization's prompts would move what others hold and are billed. Before
// enough of its own prompts were seen an organization has the neutral values.
//
// Not thread-safe: its organization's lock guards it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tollgate {

class PromptHistory {
  public:
    static constexpr std::uint32_t kLeastSamples = 16;      // before that nothing is known
    static constexpr std::uint32_t kMostSamples = 4096;     // then all counts are halved: old prompts fade
    static constexpr std::int64_t kLeastPromptBytes = 256;  // shorter ones teach nothing
    static constexpr std::int64_t kMostBytesPerToken = 8;   // what is learned lies between this
    static constexpr std::int64_t kLeastBytesPerToken = 1;  // and this
    static constexpr std::size_t kMostEndpoints = 4096;     // further ones are not learned

    struct Ratios {
        std::uint32_t mean_tokens_per_mib = 0, p99_tokens_per_mib = 0;  // p99 >= mean
        std::int64_t usual_tokens(std::int64_t bytes) const;            // by the mean, to the nearest
        std::int64_t most_tokens(std::int64_t bytes) const;             // by the p99, rounded up
    };

    // `tokens` of the text alone, as the provider reported them. Every prompt counts once, however long it is.
    void add(std::size_t endpoint, std::int64_t bytes, std::int64_t tokens);
    std::optional<Ratios> learned(std::size_t endpoint) const;

  private:
    static constexpr std::int64_t kMib = std::int64_t{1} << 20;
    static constexpr std::int64_t kLeastRatio = kMib / kMostBytesPerToken, kMostRatio = kMib / kLeastBytesPerToken;
    static constexpr std::int64_t kBucketWidth = kMib / 128;
    static constexpr std::size_t kBuckets = (kMostRatio - kLeastRatio) / kBucketWidth + 1;  // bucket i: up to bound(i)
    static constexpr std::int64_t bound(std::size_t bucket) {
        return kLeastRatio + static_cast<std::int64_t>(bucket) * kBucketWidth;
    }

    struct Samples {
        std::array<std::uint16_t, kBuckets> in{};
        std::uint32_t count = 0;
        std::int64_t sum = 0;  // of their ratios
        Ratios learned;        // of every kLeastSamples of them

        void add(std::int64_t ratio);
        Ratios measure() const;
        void fade();
    };
    std::vector<std::unique_ptr<Samples>> endpoints_;  // null: nothing was seen
};

}  // namespace tollgate
