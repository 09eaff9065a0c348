#include "gateway/routing/health/circuit_breaker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tollgate {
namespace {

using State = CircuitBreaker::State;

TEST(CircuitBreaker, D69_OneFailureRestsOneSecondThenOneTrialAndItsShareOnSuccess) {
    CircuitBreaker breaker({.failures_to_open = 1, .first_rest_ms = 1000});
    breaker.note(false, 100, 110);
    EXPECT_EQ(breaker.state(110), State::resting) << "the same request does not come back to it";
    EXPECT_EQ(breaker.state(1109), State::resting);
    EXPECT_EQ(breaker.state(1110), State::trial_due);
    EXPECT_TRUE(breaker.take_trial(1110));
    EXPECT_FALSE(breaker.take_trial(1111)) << "one";
    breaker.note(true, 1110, 1200);
    EXPECT_EQ(breaker.state(1200), State::closed) << "no second flag, no probe that never runs";
    EXPECT_EQ(breaker.recovered_ms(), 1200);
}

TEST(CircuitBreaker, ItOpensAfterFailuresInARowOnly) {
    CircuitBreaker breaker({.failures_to_open = 3});
    for (int i = 0; i < 10; ++i) {
        breaker.note(false, i, i);
        breaker.note(false, i, i);
        breaker.note(true, i, i);
    }
    EXPECT_EQ(breaker.state(10), State::closed);
    for (int i = 0; i < 3; ++i) breaker.note(false, 11, 11);
    EXPECT_EQ(breaker.state(11), State::resting);
}

TEST(CircuitBreaker, RestsGrowToABoundAndAreShortAgainAfterAGoodTime) {
    CircuitBreaker breaker(
        {.failures_to_open = 1, .first_rest_ms = 1000, .longest_rest_ms = 4000, .good_for_ms = 30'000});
    std::int64_t now = 100'000;
    breaker.note(false, now, now);
    for (const std::int64_t rest : {1000, 2000, 4000, 4000}) {
        EXPECT_EQ(breaker.state(now + rest - 1), State::resting) << rest;
        now += rest;
        ASSERT_TRUE(breaker.take_trial(now)) << rest;
        breaker.note(false, now, now);
    }
    now += 4000;
    ASSERT_TRUE(breaker.take_trial(now));
    breaker.note(true, now, now);
    breaker.note(false, now + 1, now + 1);
    EXPECT_EQ(breaker.state(now + 4000), State::resting) << "it flaps";
    now += 40'000;
    ASSERT_TRUE(breaker.take_trial(now));
    breaker.note(true, now, now);
    breaker.note(false, now + 40'000, now + 40'000);
    EXPECT_EQ(breaker.state(now + 41'000), State::trial_due) << "it was well for long";
}

TEST(CircuitBreaker, ATrialThatNeverEndsIsFollowedByAnother) {
    CircuitBreaker breaker({.failures_to_open = 1, .first_rest_ms = 1000, .longest_rest_ms = 4000});
    breaker.note(false, 0, 0);
    ASSERT_TRUE(breaker.take_trial(1000));
    EXPECT_FALSE(breaker.take_trial(2999));
    EXPECT_TRUE(breaker.take_trial(3000));
}

TEST(CircuitBreaker, WhatBeganBeforeItOpenedSaysNothing) {
    CircuitBreaker breaker({.failures_to_open = 1, .first_rest_ms = 1000});
    breaker.note(false, 500, 500);
    breaker.note(true, 400, 600);
    EXPECT_EQ(breaker.state(600), State::resting) << "a long stream of before came to its end";
    breaker.note(false, 400, 1400);
    EXPECT_EQ(breaker.state(1500), State::trial_due) << "the rest is not made longer";
    breaker.note(true, 1450, 1600);
    EXPECT_EQ(breaker.state(1600), State::closed) << "whoever found it well, trial or not";
}

TEST(CircuitBreaker, OfManyThreadsOneGetsTheTrial) {
    for (int round = 0; round < 50; ++round) {
        CircuitBreaker breaker({.failures_to_open = 1, .first_rest_ms = 1});
        breaker.note(false, 0, 0);
        std::atomic<int> taken{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) threads.emplace_back([&] { taken += breaker.take_trial(5) ? 1 : 0; });
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(taken, 1);
    }
}

}  // namespace
}  // namespace tollgate
