// How long an organization's answers have been, by endpoint: what to hold for a request that names no bound itself.
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

    void add(std::size_t endpoint, std::int64_t tokens);
    // A number of tokens that 99 of 100 answers stayed below, at most twice what is needed for that.
    std::optional<std::int64_t> p99(std::size_t endpoint) const;

  private:
    static constexpr std::size_t kBuckets = 40;  // bucket i: up to 2^(i/2) tokens, to about a million
    struct Counts {
        std::array<std::uint16_t, kBuckets> in{};
        std::uint32_t samples = 0;
    };
    std::vector<Counts> endpoints_;  // grown when first needed
};

}  // namespace tollgate
