// A distribution over several powers of two: four steps an octave, so a percentile is right to a tenth.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "gateway/routing/health/rolling_cells.h"

namespace tollgate {

inline constexpr std::size_t kHistogramSteps = 64;
inline constexpr int kStepsPerOctave = 4;

// Values below the least are counted as it, those beyond the greatest as that.
template <std::int64_t kLeast>
std::size_t histogram_step(std::int64_t value) {
    if (value <= kLeast) return 0;
    const double octaves = std::log2(static_cast<double>(value) / static_cast<double>(kLeast));
    return std::min(static_cast<std::size_t>(octaves * kStepsPerOctave), kHistogramSteps - 1);
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
    const double octaves = (static_cast<double>(step) + 0.5) / kStepsPerOctave;
    return static_cast<std::int64_t>(std::llround(static_cast<double>(kLeast) * std::exp2(octaves)));
}

}  // namespace tollgate
