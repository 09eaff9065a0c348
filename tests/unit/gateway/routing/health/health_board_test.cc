#include "gateway/routing/health/health_board.h"

#include <gtest/gtest.h>

#include "gateway/routing/health/retry_budget.h"

namespace tollgate {
namespace {

constexpr SeenAttempt kSuccess{.outcome = AttemptOutcome::success, .latency_ms = 100, .throughput = 50'000};
constexpr SeenAttempt kFailure{.outcome = AttemptOutcome::failure};

TEST(HealthBoard, WorkersSeeWhatOthersSaw) {
    HealthBoard board(2, 3);
    EXPECT_FALSE(board.of(1, 2, 0).latency);
    for (int i = 0; i < 5; ++i) board.note(0, 2, kSuccess, 0, 10);
    const RoutingHealth health = board.of(1, 2, 10);
    ASSERT_TRUE(health.latency && health.throughput);
    EXPECT_NEAR(static_cast<double>(health.latency->p50), 100, 20);
    EXPECT_FALSE(board.of(1, 3, 10).latency) << "another endpoint";
}

TEST(HealthBoard, WhoWasGivenUpForItsSlownessIsSlowAndNeitherUpNorDown) {
    HealthBoard board(1, 1, {.failures_to_open = 3});
    constexpr SeenAttempt kGivenUp{.outcome = AttemptOutcome::nothing, .latency_ms = 3000};
    for (int i = 0; i < 2; ++i) board.note(0, 1, kFailure, 10, 10);
    for (int i = 0; i < 5; ++i) board.note(0, 1, kGivenUp, 10, 10);
    const RoutingHealth health = board.of(0, 1, 10);
    ASSERT_TRUE(health.latency);
    EXPECT_NEAR(static_cast<double>(health.latency->p50), 3000, 500);
    EXPECT_EQ(board.statistics(1, 10).last_5m, (OutcomeCounts{.failure = 2}));
    board.note(0, 1, kFailure, 10, 10);
    EXPECT_EQ(board.breaker(1, 10), CircuitBreaker::State::resting) << "three in a row";
}

TEST(HealthBoard, GradesAreOpenRoutersFromAHundredAttemptsOn) {
    EXPECT_EQ(grade_of({.success = 0, .failure = 99}), HealthGrade::good);
    EXPECT_EQ(grade_of({.success = 95, .failure = 5}), HealthGrade::good);
    EXPECT_EQ(grade_of({.success = 94, .failure = 6}), HealthGrade::degraded);
    EXPECT_EQ(grade_of({.success = 80, .failure = 20}), HealthGrade::degraded);
    EXPECT_EQ(grade_of({.success = 79, .failure = 21, .rate_limited = 900}), HealthGrade::down);
}

TEST(HealthBoard, AnOutageIsOver30SecondsAfterItOrWithTheFirstSuccessfulTrial) {
    HealthBoard board(1, 1, {.failures_to_open = 3, .first_rest_ms = 1000});
    for (int i = 0; i < 3; ++i) board.note(0, 1, kFailure, 100'000, 100'000);
    EXPECT_TRUE(board.of(0, 1, 100'000).failed_lately);
    EXPECT_EQ(board.of(0, 1, 100'000).breaker, CircuitBreaker::State::resting);
    EXPECT_TRUE(board.of(0, 1, 126'000).failed_lately);
    EXPECT_FALSE(board.of(0, 1, 131'000).failed_lately);
    for (int i = 0; i < 3; ++i) board.note(0, 1, kFailure, 140'000, 140'000);
    board.note(0, 1, kSuccess, 144'000, 144'050);
    const RoutingHealth back = board.of(0, 1, 144'050);
    EXPECT_FALSE(back.failed_lately) << "it gets its share at once";
    EXPECT_EQ(back.breaker, CircuitBreaker::State::closed);
}

TEST(HealthBoard, D70_ARateLimitRestsAsLongAsTheProviderSaysAndIsNoFailure) {
    HealthBoard board(2, 1);
    board.note(0, 1, {.outcome = AttemptOutcome::rate_limited}, 1000, 1000);
    board.rest_until(1, 21'000, 1000);
    board.rest_until(1, 5'000, 1000);
    EXPECT_TRUE(board.of(1, 1, 20'999).rate_limited);
    EXPECT_FALSE(board.of(1, 1, 21'000).rate_limited);
    EXPECT_EQ(board.of(1, 1, 1000).breaker, CircuitBreaker::State::closed);
    board.rest_until(1, 1000 + 100 * HealthTime::kHourMs, 1000);
    EXPECT_FALSE(board.of(1, 1, 1000 + HealthBoard::kLongestRestMs).rate_limited) << "nobody is believed for ever";
}

TEST(HealthBoard, StatisticsAreOfAllWorkers) {
    HealthBoard board(2, 1);
    for (int i = 0; i < 8; ++i) board.note(i % 2, 1, i < 6 ? kSuccess : kFailure, 0, 0);
    const EndpointStatistics of_all = board.statistics(1, 0);
    EXPECT_EQ(of_all.last_30m, (OutcomeCounts{.success = 6, .failure = 2}));
    EXPECT_EQ(of_all.last_1d, of_all.last_30m);
    EXPECT_TRUE(of_all.latency_30m);
    EXPECT_EQ(board.statistics(1, 6 * HealthTime::kMinuteMs).last_5m, OutcomeCounts());
}

TEST(HealthBoard, TotalsAreOfAllWorkersAndForgetNothing) {
    HealthBoard board(2, 2);
    for (int i = 0; i < 8; ++i) board.note(i % 2, 1, i < 6 ? kSuccess : kFailure, 0, i * HealthTime::kHourMs * 48);
    board.note(0, 1, {.outcome = AttemptOutcome::rate_limited}, 0, 0);
    board.note(0, 1, {.outcome = AttemptOutcome::nothing, .latency_ms = 3000}, 0, 0);
    EXPECT_EQ(board.totals(1), (OutcomeCounts{.success = 6, .failure = 2, .rate_limited = 1}));
    EXPECT_EQ(board.totals(2), OutcomeCounts());
}

TEST(RetryBudget, OneRetryInTenRequestsOnceTheReserveIsSpent) {
    RetryBudget budget;
    int taken = 0;
    for (int i = 0; i < 10'000; ++i) {
        budget.note_request();
        taken += budget.take(1) ? 1 : 0;
    }
    EXPECT_NEAR(taken, 1000 + RetryBudget::kMostSaved, 2);
}

TEST(RetryBudget, OneOrganizationSpendsNothingOfAnothers) {
    RetryBudgets budgets;
    Id128 spends, other;
    other.bytes[8] = 1;
    while (budgets.of(spends).take(1)) {
    }
    EXPECT_FALSE(budgets.of(spends).take(1));
    EXPECT_TRUE(budgets.of(other).take(1));
}

TEST(RetryBudget, FewRequestsMayAlwaysFailOver) {
    RetryBudget budget;
    for (int i = 0; i < 1000; ++i) {
        budget.note_request();
        EXPECT_TRUE(budget.take(1 + i * RetryBudget::kRefillMs)) << i;
    }
}

}  // namespace
}  // namespace tollgate
