// How long an organization's answers have been, by endpoint: what to hold for a request that names no bound itself; and
// how much of them was reasoning: what to charge for where an answer was left before its provider said.
// Not thread-safe: its organization's lock guards it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tollgate {

class OutputHistory {
  public:
    static constexpr std::uint32_t kLeastSamples = 64;   // before that nothing is known
    static constexpr std::uint32_t kMostSamples = 4096;  // then all counts are halved: old answers fade
    static constexpr std::size_t kMostEndpoints = 4096;  // further ones are not learned
    static constexpr std::uint32_t kLeastReasoningSamples = 4;
    static constexpr std::uint32_t kMostReasoningSamples = 64;  // then sum and count are halved

    void add(std::size_t endpoint, std::int64_t tokens);
    // A number of tokens that 99 of 100 answers stayed below, at most twice what is needed for that.
    std::optional<std::int64_t> p99(std::size_t endpoint) const;

    // Of an answer, also one that did not reason: 0.
    void add_reasoning(std::size_t endpoint, std::int64_t tokens);
    std::optional<std::int64_t> mean_reasoning(std::size_t endpoint) const;

  private:
    static constexpr std::size_t kBuckets = 40;  // bucket i: up to 2^(i/2) tokens, to about a million
    struct Counts {
        std::array<std::uint16_t, kBuckets> in{};
        std::uint32_t samples = 0;
        std::uint32_t reasoning_samples = 0;
        std::int64_t reasoning_sum = 0;
    };
    Counts* counts_of(std::size_t endpoint);  // null beyond kMostEndpoints
    std::vector<Counts> endpoints_;           // grown when first needed
};

}  // namespace tollgate
