#include "gateway/routing/health/endpoint_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace tollgate {
namespace {

constexpr SeenAttempt kSuccess{.outcome = AttemptOutcome::success};
constexpr SeenAttempt kFailure{.outcome = AttemptOutcome::failure};

OutcomeCounts outcomes(const EndpointWindow& window, HealthSpan span, std::int64_t now_ms, std::int64_t from_ms = 0) {
    WindowSums sums;
    window.add_to(sums, span, now_ms, from_ms);
    return sums.outcomes;
}

TEST(EndpointWindow, WhatIsOldIsForgottenInEachSpanAtItsTime) {
    EndpointWindow window;
    window.note(kFailure, 0);
    window.note({.outcome = AttemptOutcome::rate_limited}, 0);
    window.note({.outcome = AttemptOutcome::nothing}, 0);
    constexpr OutcomeCounts kOne{.failure = 1, .rate_limited = 1};
    const struct {
        HealthSpan span;
        std::int64_t span_ms;
    } rows[] = {{HealthSpan::seconds_30, 30 * HealthTime::kSecondMs},
                {HealthSpan::minutes_5, 5 * HealthTime::kMinuteMs},
                {HealthSpan::minutes_30, 30 * HealthTime::kMinuteMs},
                {HealthSpan::day, 24 * HealthTime::kHourMs}};
    for (const auto& row : rows) {
        EXPECT_EQ(outcomes(window, row.span, row.span_ms - 1), kOne);
        EXPECT_EQ(outcomes(window, row.span, row.span_ms), OutcomeCounts());
        EXPECT_EQ(outcomes(window, row.span, 0, 1), OutcomeCounts()) << "began before";
    }
}

TEST(EndpointWindow, ACellThatIsUsedAgainBeginsEmpty) {
    EndpointWindow window;
    window.note(kFailure, 1000);
    window.note(kSuccess, 31'000);
    EXPECT_EQ(outcomes(window, HealthSpan::seconds_30, 31'000), (OutcomeCounts{.success = 1}));
}

// Against all that was noted, kept and sorted.
TEST(EndpointWindow, PercentilesAreRightToASixth) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 20; ++round) {
        EndpointWindow window;
        std::vector<std::int64_t> latencies, throughputs;
        std::lognormal_distribution<double> latency(6 + round % 3, 1), throughput(10, 0.5);
        for (int i = 0; i < 3000; ++i) {
            const SeenAttempt attempt{
                .outcome = AttemptOutcome::success,
                .latency_ms = std::clamp<std::int64_t>(std::llround(latency(random)), 5, 200'000),
                .throughput = std::clamp<std::int64_t>(std::llround(throughput(random)), 300, 10'000'000)};
            latencies.push_back(attempt.latency_ms);
            throughputs.push_back(attempt.throughput);
            window.note(attempt, i * 50);
        }
        WindowSums sums;
        window.add_to(sums, HealthSpan::minutes_5, 3000 * 50);
        std::ranges::sort(latencies);
        std::ranges::sort(throughputs, std::greater());
        const auto near = [](std::int64_t found, std::int64_t exact) {
            const double ratio = static_cast<double>(found) / static_cast<double>(exact);
            return ratio > 5.0 / 6 && ratio < 6.0 / 5;
        };
        const Percentiles slow = latency_of(sums).value(), fast = throughput_of(sums).value();
        const std::pair<int, std::pair<std::int64_t, std::int64_t>> rows[] = {{50, {slow.p50, fast.p50}},
                                                                              {75, {slow.p75, fast.p75}},
                                                                              {90, {slow.p90, fast.p90}},
                                                                              {99, {slow.p99, fast.p99}}};
        for (const auto& [percent, found] : rows) {
            const auto at = static_cast<std::size_t>(3000 * percent / 100 - 1);
            EXPECT_TRUE(near(found.first, latencies[at])) << percent << ": " << found.first << " " << latencies[at];
            EXPECT_TRUE(near(found.second, throughputs[at]))
                << percent << ": " << found.second << " " << throughputs[at];
        }
    }
}

TEST(EndpointWindow, TooLittleIsNoDistribution) {
    EndpointWindow window;
    WindowSums sums;
    for (std::uint64_t i = 0; i < kLeastSamples; ++i) {
        EXPECT_FALSE(latency_of(sums));
        window.note({.outcome = AttemptOutcome::success, .latency_ms = 100}, 0);
        sums = {};
        window.add_to(sums, HealthSpan::minutes_5, 0);
    }
    EXPECT_TRUE(latency_of(sums));
    EXPECT_FALSE(throughput_of(sums)) << "no figure is no speed of 0";
}

}  // namespace
}  // namespace tollgate
