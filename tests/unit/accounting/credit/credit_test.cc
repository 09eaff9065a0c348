#include "accounting/credit/credit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tollgate {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMonday = 20'409 * kDayMs;  // 2025-11-17, a Monday

class CreditTest : public testing::Test {
  public:
    CreditTable table;
    const Id128 id = make_uuid7(1);
    OrganizationCredit& organization = table.organization(id);
    Spender& key = table.key(id, digest_key("key"));

    std::optional<Refusal> hold(NanoUsd amount, std::int64_t unix_ms) { return hold(key, amount, unix_ms); }
    std::optional<Refusal> hold(Spender& by, NanoUsd amount, std::int64_t unix_ms) {
        Demand demand;
        demand.amount = amount;
        demand.unix_ms = unix_ms;
        return organization.hold({nullptr, nullptr, &by}, demand).refusal;
    }
    Charge settle(NanoUsd held, NanoUsd cost, std::int64_t unix_ms) { return settle(key, held, cost, unix_ms); }
    Charge settle(Spender& by, NanoUsd held, NanoUsd cost, std::int64_t unix_ms) {
        Settlement settlement;
        settlement.held = held;
        settlement.cost = cost;
        settlement.unix_ms = unix_ms;
        return organization.settle({nullptr, nullptr, &by}, settlement);
    }
    void limit(NanoUsd budget, LimitReset reset) {
        Limits limits;
        limits.budget = budget;
        limits.reset = reset;
        organization.set_limits(key, limits);
    }
    std::int64_t charged(LimitReset window, std::int64_t unix_ms) {
        return organization.state_of(key, 0).charged_in(window, windows_at(unix_ms)).value;
    }
    // Holds with all four spenders at a time of the monotonic clock.
    Admission admit(const Demand& demand) { return organization.hold(everyone, demand); }
    Spender& project = table.project(make_uuid7(3));
    Spender& member = table.member(organization.id(), make_uuid7(4));
    const Spenders everyone{&project, &member, &key};
};

TEST_F(CreditTest, HoldReservesAndSettleChargesTheRealCost) {
    organization.grant({1000});
    EXPECT_FALSE(hold({400}, kMonday));
    EXPECT_EQ(organization.snapshot().held.value, 400);
    EXPECT_EQ(key.held.value, 400);
    const Charge charge = settle({400}, {150}, kMonday);
    EXPECT_EQ(charge.charged.value, 150);
    EXPECT_EQ(charge.overrun.value, 0);
    EXPECT_EQ(organization.snapshot().held.value, 0);
    EXPECT_EQ(organization.snapshot().used.value, 150);
    EXPECT_EQ(organization.snapshot().balance().value, 850);
    EXPECT_EQ(key.held.value, 0);
    EXPECT_EQ(key.spent.total.value, 150);
}

TEST_F(CreditTest, HoldAboveWhatIsAvailableTakesNothing) {
    organization.grant({1000});
    EXPECT_FALSE(hold({700}, kMonday));
    const auto refusal = hold({301}, kMonday);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->limit, Refusal::Limit::credit);
    EXPECT_EQ(refusal->needed.value, 301);
    EXPECT_EQ(refusal->available.value, 300);
    EXPECT_EQ(organization.snapshot().held.value, 700);
    EXPECT_EQ(key.held.value, 700);
}

TEST_F(CreditTest, ARefusalSaysWhetherOthersHoldWhatIsMissing) {
    organization.grant({1000});
    EXPECT_FALSE(hold({700}, kMonday));
    EXPECT_TRUE(hold({1000}, kMonday)->held_by_others);
    EXPECT_FALSE(hold({1001}, kMonday)->held_by_others) << "nor would it be enough then";
    Limits limits;
    limits.budget = NanoUsd{750};
    organization.set_limits(key, limits);
    EXPECT_TRUE(hold({100}, kMonday)->held_by_others);
    EXPECT_FALSE(hold({760}, kMonday)->held_by_others && hold({760}, kMonday)->limit == Refusal::Limit::budget);
}

TEST_F(CreditTest, AGenerousHoldIsTakenWhereItIsASmallPartOfWhatIsLeft) {
    organization.grant({1600});
    const auto held_for = [&](std::int64_t least, std::int64_t generous) {
        const NanoUsd before = organization.snapshot().held;
        const Admission admission = admit({.amount = {least}, .generous = NanoUsd{generous}, .unix_ms = kMonday});
        EXPECT_FALSE(admission.refusal);
        EXPECT_EQ(organization.snapshot().held - before, admission.taken);
        return (organization.snapshot().held - before).value;
    };
    EXPECT_EQ(held_for(110, 150), 110) << "the least is more than a sixteenth of 1600";
    EXPECT_EQ(held_for(10, 101), 93) << "a sixteenth of 1490: as much as that allows";
    EXPECT_EQ(held_for(10, 80), 80);
    for (Spender* const limited : {&project, &member, &key, &organization.spender()}) {
        Limits limits;
        limits.budget = limited->held + NanoUsd{320};
        organization.set_limits(*limited, limits);
        EXPECT_EQ(held_for(0, 21), 20) << "a sixteenth of the budget's 320";
        EXPECT_EQ(held_for(0, 18), 18);
        organization.set_limits(*limited, {});
    }
    EXPECT_EQ(held_for(0, 0), 0);
}

TEST_F(CreditTest, WhoCannotPayTheLeastIsRefusedForThat) {
    organization.grant({100});
    const Admission admission = admit({.amount = {101}, .generous = NanoUsd{5000}, .unix_ms = kMonday});
    ASSERT_TRUE(admission.refusal);
    EXPECT_EQ(admission.refusal->needed.value, 101);
    EXPECT_EQ(admission.taken.value, 0);
    EXPECT_EQ(organization.snapshot().held.value, 0);
}

TEST_F(CreditTest, WhatCostsNothingPassesBelowWhatWasSpent) {
    organization.grant({1000});
    limit({100}, LimitReset::lifetime);
    EXPECT_FALSE(hold({100}, kMonday));
    limit({40}, LimitReset::lifetime);
    EXPECT_FALSE(hold({0}, kMonday));
    EXPECT_FALSE(admit({.amount = {0}, .generous = NanoUsd{50}, .unix_ms = kMonday}).refusal);
    EXPECT_EQ(key.held.value, 100) << "and takes nothing";
    EXPECT_EQ(hold({1}, kMonday)->limit, Refusal::Limit::budget);
}

TEST_F(CreditTest, KeyLimitCountsWhatIsSpentAndHeld) {
    organization.grant({10'000});
    limit({100}, LimitReset::lifetime);
    EXPECT_FALSE(hold({60}, kMonday));
    const auto refusal = hold({41}, kMonday);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->limit, Refusal::Limit::budget);
    EXPECT_EQ(refusal->scope, LimitScope::key);
    EXPECT_EQ(refusal->available.value, 40);
    EXPECT_EQ(organization.snapshot().held.value, 60);
    (void)settle({60}, {10}, kMonday);
    EXPECT_FALSE(hold({90}, kMonday));
}

TEST_F(CreditTest, CostAboveTheHoldTakesWhatIsAvailableThenOverruns) {
    organization.grant({100});
    EXPECT_FALSE(hold({50}, kMonday));
    const Charge charge = settle({50}, {130}, kMonday);
    EXPECT_EQ(charge.charged.value, 100);
    EXPECT_EQ(charge.overrun.value, 30);
    EXPECT_EQ(organization.snapshot().balance().value, 0);
}

TEST_F(CreditTest, CostAboveTheHoldTakesWhatEveryBudgetStillHas) {
    organization.grant({1000});
    for (Spender* const limited : {&project, &member, &key, &organization.spender()}) {
        Limits limits;
        limits.budget = limited->spent.total + NanoUsd{70};
        organization.set_limits(*limited, limits);
        ASSERT_FALSE(admit({.amount = {20}, .unix_ms = kMonday}).refusal);
        ASSERT_FALSE(admit({.amount = {30}, .unix_ms = kMonday}).refusal);
        const Charge charge = organization.settle(everyone, {.held = {20}, .cost = {45}, .unix_ms = kMonday});
        EXPECT_EQ(charge.charged.value, 40) << "30 of the 70 are held";
        EXPECT_EQ(charge.overrun.value, 5);
        EXPECT_EQ(organization.settle(everyone, {.held = {30}, .cost = {30}, .unix_ms = kMonday}).overrun.value, 0);
        EXPECT_EQ(limited->spent.total, *limits.budget);
        organization.set_limits(*limited, {});
    }
}

TEST_F(CreditTest, WhatWasHeldIsChargedThoughTheBudgetWasLoweredMeanwhile) {
    organization.grant({1000});
    limit({100}, LimitReset::lifetime);
    EXPECT_FALSE(hold({60}, kMonday));
    limit({10}, LimitReset::lifetime);
    const Charge charge = settle({60}, {80}, kMonday);
    EXPECT_EQ(charge.charged.value, 60);
    EXPECT_EQ(charge.overrun.value, 20);
}

TEST_F(CreditTest, OverrunLeavesOtherHoldsAlone) {
    organization.grant({100});
    Spender& other = table.key(id, digest_key("other"));
    EXPECT_FALSE(hold({20}, kMonday));
    EXPECT_FALSE(hold(other, {70}, kMonday));
    const Charge charge = settle({20}, {90}, kMonday);
    EXPECT_EQ(charge.charged.value, 30);
    EXPECT_EQ(charge.overrun.value, 60);
    EXPECT_EQ(settle(other, {70}, {70}, kMonday).overrun.value, 0);
    EXPECT_EQ(organization.snapshot().balance().value, 0);
}

TEST_F(CreditTest, NegativeGrantStopsAtWhatIsUsedAndHeld) {
    organization.grant({100});
    EXPECT_FALSE(hold({30}, kMonday));
    (void)settle({30}, {25}, kMonday);
    EXPECT_FALSE(hold({40}, kMonday));
    organization.grant({-1000});
    EXPECT_EQ(organization.snapshot().granted.value, 65);
}

TEST_F(CreditTest, DailyLimitStartsAgainAtMidnightUtc) {
    organization.grant({1000});
    limit({100}, LimitReset::daily);
    const std::int64_t evening = kMonday + kDayMs - 1;
    EXPECT_FALSE(hold({100}, evening));
    (void)settle({100}, {100}, evening);
    EXPECT_TRUE(hold({1}, evening));
    EXPECT_FALSE(hold({100}, evening + 1));
}

TEST_F(CreditTest, ClockThatStepsBackFindsTheWindowAsItWas) {
    organization.grant({1000});
    limit({100}, LimitReset::daily);
    for (const std::int64_t day : {kMonday, kMonday + kDayMs}) {
        EXPECT_FALSE(hold({100}, day));
        (void)settle({100}, {100}, day);
    }
    const auto refusal = hold({1}, kMonday);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->resets_at_ms, kMonday + kDayMs);
    EXPECT_TRUE(hold({1}, kMonday + kDayMs));
}

TEST_F(CreditTest, WhatEndsAfterMidnightCountsInTheDayOfItsAdmission) {
    organization.grant({1000});
    limit({100}, LimitReset::daily);
    const std::int64_t evening = kMonday + kDayMs - 1, morning = evening + 1;
    EXPECT_FALSE(hold({100}, evening));
    EXPECT_FALSE(hold({40}, morning));  // the other is not held against this day
    EXPECT_FALSE(organization.grow({nullptr, nullptr, &key}, {10}, {10}, morning).refusal);
    EXPECT_TRUE(organization.grow({nullptr, nullptr, &key}, {10}, {10}, evening).refusal);
    (void)settle({100}, {80}, evening);
    EXPECT_EQ(charged(LimitReset::daily, evening), 80);
    EXPECT_EQ(charged(LimitReset::daily, morning), 0);
    EXPECT_EQ(charged(LimitReset::weekly, morning), 80);
    EXPECT_EQ(key.held_in(LimitReset::daily, windows_at(morning)).value, 50);
    (void)settle({50}, {50}, morning);
    EXPECT_FALSE(hold({50}, morning));
    EXPECT_TRUE(hold({1}, morning));
}

TEST_F(CreditTest, AWindowThatIsForgottenCountsInTheTotalAlone) {
    organization.grant({1000});
    for (int day = 0; day < 3; ++day) EXPECT_FALSE(hold({10}, kMonday + day * kDayMs));
    (void)settle({10}, {10}, kMonday);
    EXPECT_EQ(charged(LimitReset::daily, kMonday), 0);
    EXPECT_EQ(charged(LimitReset::lifetime, kMonday), 10);
    EXPECT_EQ(key.held_in(LimitReset::daily, windows_at(kMonday + kDayMs)).value, 10);
    EXPECT_EQ(key.held.value, 20);
}

TEST_F(CreditTest, OneRequestWithAClockFarAheadLeavesBudgetsAsTheyWere) {
    organization.grant({1000});
    limit({100}, LimitReset::daily);
    EXPECT_FALSE(hold({60}, kMonday));
    (void)settle({60}, {60}, kMonday);
    const std::int64_t astray = kMonday + 3653 * kDayMs;
    EXPECT_FALSE(hold({100}, astray));
    (void)settle({100}, {100}, astray);
    EXPECT_TRUE(hold({41}, kMonday));  // what was spent today is not forgotten
    for (int day = 1; day < 4; ++day) {
        const std::int64_t now = kMonday + day * kDayMs;
        EXPECT_FALSE(hold({100}, now));
        (void)settle({100}, {100}, now);
        const auto refusal = hold({1}, now);
        ASSERT_TRUE(refusal);
        EXPECT_EQ(refusal->resets_at_ms, now + kDayMs);
    }
}

TEST_F(CreditTest, SpendIsThatOfTheTimeAsked) {
    organization.grant({1000});
    EXPECT_FALSE(hold({10}, kMonday));
    (void)settle({10}, {10}, kMonday);
    EXPECT_EQ(charged(LimitReset::daily, kMonday), 10);
    EXPECT_EQ(charged(LimitReset::daily, kMonday + kDayMs), 0);
    EXPECT_EQ(charged(LimitReset::lifetime, kMonday + kDayMs), 10);
}

TEST_F(CreditTest, ParallelHoldsAdmitExactlyWhatTheBalanceIsWorth) {
    constexpr int kThreads = 8, kTries = 2000;
    organization.grant({1000});
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kTries; ++i) {
                if (hold({3}, kMonday)) continue;
                (void)settle({3}, {3}, kMonday);
                ++admitted;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    // A hold in flight can refuse another one, but never the last: what is left is less than one hold.
    EXPECT_EQ(admitted.load(), 333);
    EXPECT_EQ(organization.snapshot().balance().value, 1);
    EXPECT_EQ(organization.snapshot().held.value, 0);
}

TEST_F(CreditTest, TableGivesTheSameAddressForTheSameId) {
    OrganizationCredit* const first = &organization;
    for (int i = 0; i < 1000; ++i) table.organization(make_uuid7(i));
    EXPECT_EQ(&table.organization(id), first);
    EXPECT_EQ(&table.key(id, digest_key("key")), &key);
    EXPECT_NE(&table.key(make_uuid7(2), digest_key("key")), &key) << "in another organization";
    std::size_t organizations = 0;
    table.for_each([&](const OrganizationCredit&) { ++organizations; });
    EXPECT_EQ(organizations, 1001u);
}

TEST_F(CreditTest, AHoldIsTakenOnAllOrOnNone) {
    organization.grant({1000});
    Limits tight;
    tight.budget = NanoUsd{50};
    for (Spender* const spender : {&organization.spender(), &project, &member, &key}) {
        organization.set_limits(*spender, tight);
        Demand demand;
        demand.amount = {60};
        demand.unix_ms = kMonday;
        const auto refusal = admit(demand).refusal;
        ASSERT_TRUE(refusal);
        EXPECT_EQ(refusal->scope, spender->scope);
        EXPECT_EQ(refusal->available.value, 50);
        for (const Spender* const other : {&organization.spender(), &project, &member, &key}) {
            EXPECT_EQ(other->held.value, 0);
            EXPECT_EQ(other->running, 0);
        }
        EXPECT_EQ(organization.snapshot().held.value, 0);
        organization.set_limits(*spender, {});
    }
}

TEST_F(CreditTest, ABudgetSaysWhenItResets) {
    organization.grant({1000});
    limit({10}, LimitReset::monthly);
    const auto refusal = hold({11}, kMonday);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->resets_at_ms, kMonday + 14 * kDayMs);  // 1 December
    limit({10}, LimitReset::weekly);
    EXPECT_EQ(hold({11}, kMonday + 3 * kDayMs)->resets_at_ms, kMonday + 7 * kDayMs);
    limit({10}, LimitReset::daily);
    EXPECT_EQ(hold({11}, kMonday + 1)->resets_at_ms, kMonday + kDayMs);
    limit({10}, LimitReset::lifetime);
    EXPECT_EQ(hold({11}, kMonday)->resets_at_ms, 0);
}

TEST_F(CreditTest, RequestsPerMinuteRefillEvenlyAndSayTheTrueWait) {
    organization.grant({1000});
    Limits limits;
    limits.requests_per_minute = 60;
    organization.set_limits(member, limits);
    Demand demand;
    demand.monotonic_ms = 1'000'000;
    for (int i = 0; i < 60; ++i) ASSERT_FALSE(admit(demand).refusal) << i;
    const Admission refused = admit(demand);
    ASSERT_TRUE(refused.refusal);
    EXPECT_EQ(refused.refusal->limit, Refusal::Limit::requests_per_minute);
    EXPECT_EQ(refused.refusal->scope, LimitScope::member);
    EXPECT_EQ(refused.refusal->retry_after_ms, 1000);
    EXPECT_EQ(refused.requests.remaining, 0);
    EXPECT_EQ(refused.requests.full_in_ms, 60'000);
    demand.monotonic_ms += refused.refusal->retry_after_ms - 1;
    EXPECT_TRUE(admit(demand).refusal);
    demand.monotonic_ms += 1;
    EXPECT_FALSE(admit(demand).refusal);
}

TEST_F(CreditTest, TokensAreTakenAsEstimatedAndCorrectedAtSettlement) {
    organization.grant({1000});
    Limits limits;
    limits.tokens_per_minute = 1000;
    organization.set_limits(project, limits);
    Demand demand;
    demand.tokens = 800;
    demand.monotonic_ms = 1'000'000;
    EXPECT_EQ(admit(demand).tokens.remaining, 200);
    Settlement settlement;
    settlement.held_tokens = 800;
    settlement.tokens = 100;
    (void)organization.settle(everyone, settlement);
    EXPECT_EQ(organization.state_of(project, demand.monotonic_ms).tokens.remaining(1000), 900);
}

TEST_F(CreditTest, ALoweredRateWaitsAMinuteAtMost) {
    organization.grant({1000});
    Limits limits;
    limits.tokens_per_minute = 1'000'000;
    organization.set_limits(key, limits);
    Demand demand;
    demand.tokens = 1'000'000;
    demand.monotonic_ms = 1'000'000;
    EXPECT_FALSE(admit(demand).refusal);
    limits.tokens_per_minute = 1000;
    organization.set_limits(key, limits);
    demand.tokens = 1000;
    const auto refusal = admit(demand).refusal;
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->retry_after_ms, RateBucket::kMinuteMs);
    // What was admitted under the old rate is no debt to the new one either when it settles.
    Settlement settlement;
    settlement.held_tokens = settlement.tokens = 1'000'000;
    (void)organization.settle(everyone, settlement);
    demand.monotonic_ms += RateBucket::kMinuteMs;
    EXPECT_FALSE(admit(demand).refusal);
}

TEST_F(CreditTest, ARateThatIsSetWhileRequestsRunHoldsNoMoreThanAMinute) {
    organization.grant({1000});
    Demand demand;
    demand.tokens = 5000;
    demand.monotonic_ms = 1'000'000;
    EXPECT_FALSE(admit(demand).refusal);
    Limits limits;
    limits.tokens_per_minute = 1000;
    organization.set_limits(key, limits);
    Settlement settlement;
    settlement.held_tokens = 5000;
    (void)organization.settle(everyone, settlement);
    EXPECT_EQ(organization.state_of(key, demand.monotonic_ms).tokens.remaining(1000), 1000);
    demand.tokens = 1000;
    EXPECT_FALSE(admit(demand).refusal);
    demand.tokens = 1;
    EXPECT_TRUE(admit(demand).refusal);
}

TEST_F(CreditTest, ConcurrentRequestsAreCountedUntilSettled) {
    organization.grant({1000});
    Limits limits;
    limits.concurrent_requests = 2;
    organization.set_limits(key, limits);
    EXPECT_FALSE(admit({}).refusal);
    EXPECT_FALSE(admit({}).refusal);
    const auto refusal = admit({}).refusal;
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->limit, Refusal::Limit::concurrent_requests);
    EXPECT_EQ(refusal->most, 2);
    (void)organization.settle(everyone, {});
    EXPECT_FALSE(admit({}).refusal);
}

TEST_F(CreditTest, AnOrganizationRunsNoMoreThanItsFairShare) {
    organization.grant({1000});
    EXPECT_FALSE(admit({.amount = {1}, .most_running = 2}).refusal);
    EXPECT_FALSE(admit({.amount = {1}, .most_running = 2}).refusal);
    const auto refusal = admit({.amount = {1}, .most_running = 2}).refusal;
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->limit, Refusal::Limit::fair_share);
    EXPECT_EQ(refusal->scope, LimitScope::organization);
    EXPECT_FALSE(admit({.amount = {1}, .most_running = 3}).refusal);
}

TEST_F(CreditTest, TheTightestRateIsShown) {
    organization.grant({1000});
    Limits wide, tight;
    wide.requests_per_minute = 100;
    tight.requests_per_minute = 10;
    organization.set_limits(organization.spender(), wide);
    organization.set_limits(key, tight);
    const Admission admission = admit({});
    EXPECT_EQ(admission.requests.most, 10);
    EXPECT_EQ(admission.requests.remaining, 9);
    EXPECT_FALSE(admission.tokens.limited);
}

TEST_F(CreditTest, RatesAreShownAsTheyStandOnAnyRefusal) {
    organization.grant({1000});
    Limits limits;
    limits.requests_per_minute = 60;
    limits.tokens_per_minute = 6000;
    organization.set_limits(key, limits);
    Demand demand;
    demand.tokens = 6000;
    demand.monotonic_ms = 1'000'000;
    ASSERT_FALSE(admit(demand).refusal);
    demand.monotonic_ms += RateBucket::kMinuteMs / 2;
    demand.amount = {2000};  // more than there is
    const Admission of_credit = admit(demand);
    ASSERT_TRUE(of_credit.refusal);
    EXPECT_EQ(of_credit.requests.remaining, 60);
    EXPECT_EQ(of_credit.tokens.remaining, 3000);

    demand.monotonic_ms += RateBucket::kMinuteMs / 2;
    demand.amount = {};
    limits = {};
    limits.requests_per_minute = 0;
    organization.set_limits(project, limits);  // asked before the key
    const Admission of_rate = admit(demand);
    ASSERT_TRUE(of_rate.refusal);
    EXPECT_EQ(of_rate.refusal->scope, LimitScope::project);
    EXPECT_EQ(of_rate.tokens.remaining, 6000);
}

TEST_F(CreditTest, AHoldGrowsWithinEveryLimit) {
    organization.grant({1000});
    limit({100}, LimitReset::lifetime);
    const Spenders by{nullptr, nullptr, &key};
    EXPECT_FALSE(hold({60}, kMonday));
    EXPECT_FALSE(organization.grow(by, {30}, {30}, kMonday).refusal);
    const Growth too_little = organization.grow(by, {20}, {11}, kMonday);
    EXPECT_TRUE(too_little.refusal);
    EXPECT_EQ(too_little.taken.value, 0);
    const Growth the_rest = organization.grow(by, {20}, {10}, kMonday);
    ASSERT_TRUE(the_rest.refusal);
    EXPECT_EQ(the_rest.refusal->limit, Refusal::Limit::budget);
    EXPECT_EQ(the_rest.taken.value, 10);
    EXPECT_EQ(organization.grow(by, {20}, {1}, kMonday).taken.value, 0);
    EXPECT_EQ(organization.snapshot().held.value, 100);
    organization.shrink({nullptr, nullptr, &key}, {70}, kMonday);
    EXPECT_EQ(key.held.value, 30);
    EXPECT_EQ(settle({30}, {30}, kMonday).charged.value, 30);
}

TEST(RateBucketTest, AMinuteOfUnitsIsAllThatAnyPauseEarns) {
    RateBucket bucket;
    bucket.refill(100, 1'000'000);
    bucket.take(100);
    bucket.refill(100, 1'000'000 + 10 * RateBucket::kMinuteMs);
    EXPECT_EQ(bucket.remaining(100), 100);
    bucket.refill(100, 0);  // a clock that stepped back earns nothing
    bucket.take(100);
    EXPECT_EQ(bucket.remaining(100), 0);
}

TEST(RateBucketTest, NothingIsLostByRefillingByTheMillisecond) {
    RateBucket bucket;
    bucket.refill(7, 1'000'000);
    bucket.take(7);
    for (int ms = 1; ms < RateBucket::kMinuteMs; ++ms) bucket.refill(7, 1'000'000 + ms);
    EXPECT_EQ(bucket.remaining(7), 6);
    bucket.refill(7, 1'000'000 + RateBucket::kMinuteMs);
    EXPECT_EQ(bucket.remaining(7), 7);
}

TEST(OutputHistoryTest, NothingIsKnownBeforeEnoughWasSeen) {
    OutputHistory history;
    for (std::uint32_t i = 1; i < OutputHistory::kLeastSamples; ++i) history.add(3, 100);
    EXPECT_FALSE(history.p99(3));
    history.add(3, 100);
    EXPECT_TRUE(history.p99(3));
    EXPECT_FALSE(history.p99(2));
}

TEST(OutputHistoryTest, ItsBoundCoversNinetyNineOfAHundredAndLittleMore) {
    OutputHistory history;
    for (int i = 0; i < 1000; ++i) history.add(0, i % 200 == 0 ? 50'000 : 300);
    EXPECT_GE(history.p99(0).value(), 300);
    EXPECT_LE(history.p99(0).value(), 600);
    for (int i = 0; i < 100; ++i) history.add(0, 9'000);
    EXPECT_GE(history.p99(0).value(), 9'000);
}

using CreditDeathTest = CreditTest;

TEST_F(CreditDeathTest, ReleasingAHoldThatWasNotTakenAborts) {
    organization.grant({100});
    EXPECT_DEATH((void)settle({1}, {1}, kMonday), "not taken");
}

TEST_F(CreditDeathTest, RestoringBelowZeroAborts) { EXPECT_DEATH(organization.restore({100}, {101}), "below zero"); }

TEST(SpendWindows, WeeksStartOnMondayAndMonthsFollowTheCalendar) {
    const auto [sunday, sundays_week, november] = windows_at(kMonday - 1);
    EXPECT_EQ(windows_at(kMonday), (WindowNumbers{sunday + 1, sundays_week + 1, november}));
    EXPECT_EQ(windows_at(kMonday + 7 * kDayMs - 1), (WindowNumbers{sunday + 7, sundays_week + 1, november}));
    EXPECT_EQ(windows_at(kMonday + 14 * kDayMs), (WindowNumbers{sunday + 15, sundays_week + 3, november + 1}));
}

TEST(SpendWindows, DaysAreFloorsBeforeTheEpochToo) { EXPECT_EQ(windows_at(-1)[0], -1); }

}  // namespace
}  // namespace tollgate
