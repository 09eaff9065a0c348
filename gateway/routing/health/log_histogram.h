// A distribution over several powers of two: each is four equal steps, so a percentile is right to an eighth.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "gateway/routing/health/rolling_cells.h"

namespace tollgate {

inline constexpr std::size_t kHistogramSteps = 64;
inline constexpr int kStepsPerOctave = 4;

// Values below the least are counted as it, those beyond the greatest as that.
template <std::int64_t kLeast>
std::size_t histogram_step(std::int64_t value) {
    constexpr std::uint64_t kParts = 256;  // of the least
    constexpr int kPartBits = 8;
    if (value <= kLeast) return 0;
    const std::uint64_t parts = static_cast<std::uint64_t>(value) * kParts / kLeast;
    const int octave = static_cast<int>(std::bit_width(parts)) - 1 - kPartBits;
    const std::uint64_t quarter = parts >> (octave + kPartBits - 2) & 3;
    return std::min(static_cast<std::size_t>(octave * kStepsPerOctave) + quarter, kHistogramSteps - 1);
}

struct StepCounts {
    std::array<SeenCount, kHistogramSteps> steps;
    void clear() {
        for (SeenCount& step : steps) step.clear();
    }
};

// Sums of several; of one thread.
struct StepSums {
    std::array<std::uint64_t, kHistogramSteps> steps{};
    std::uint64_t count = 0;

    void add(const StepCounts& counts) {
        for (std::size_t i = 0; i < kHistogramSteps; ++i) {
            const std::uint64_t seen = counts.steps[i].get();
            steps[i] += seen;
            count += seen;
        }
    }
};

// The value that so many percent of all do not exceed, in the middle of its step; `count` is above 0.
template <std::int64_t kLeast>
std::int64_t percentile(const StepSums& sums, int percent) {
    const std::uint64_t wanted = (sums.count * static_cast<std::uint64_t>(percent) + 99) / 100;
    std::uint64_t seen = 0;
    std::size_t step = 0;
    while (step + 1 < kHistogramSteps && (seen += sums.steps[step]) < wanted) ++step;
    const std::int64_t octave = kLeast << (step / kStepsPerOctave);
    return octave + octave * static_cast<std::int64_t>(2 * (step % kStepsPerOctave) + 1) / (2 * kStepsPerOctave);
}

}  // namespace tollgate
