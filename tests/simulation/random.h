// A small generator whose numbers are the same on every machine, so that a seed replays anywhere: xoshiro256** by
// Blackman and Vigna (prng.di.unimi.it), seeded by splitmix64.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace tollgate::simulation {

class Random {
  public:
    explicit Random(std::uint64_t seed) {
        for (std::uint64_t& word : state_) {
            seed += 0x9e3779b97f4a7c15;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            word = z ^ (z >> 31);
        }
    }

    std::uint64_t next() {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }
    // Uniform enough for choices among few; `count` is above 0.
    std::uint64_t below(std::uint64_t count) { return next() % count; }
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
    }
    bool one_in(std::uint64_t count) { return below(count) == 0; }
    template <class Range>
    auto& pick(Range& range) {
        return range[below(range.size())];
    }

  private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace tollgate::simulation
