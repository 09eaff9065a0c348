#include "accounting/credit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tollgate {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMonday = 20'409 * kDayMs;  // 2025-11-17, a Monday

class CreditTest : public testing::Test {
  protected:
    CreditTable table;
    OrganizationCredit& organization = table.organization(make_uuid7(1));
    KeyCredit& key = table.key(digest_key("key"));
};

TEST_F(CreditTest, HoldReservesAndSettleChargesTheRealCost) {
    organization.grant({1000});
    EXPECT_FALSE(organization.hold(key, {400}, kMonday));
    EXPECT_EQ(organization.snapshot().held.value, 400);
    EXPECT_EQ(key.held.value, 400);
    const Charge charge = organization.settle(key, {400}, {150}, kMonday);
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
    EXPECT_FALSE(organization.hold(key, {700}, kMonday));
    const auto shortage = organization.hold(key, {301}, kMonday);
    ASSERT_TRUE(shortage);
    EXPECT_EQ(shortage->limit, Shortage::Limit::organization);
    EXPECT_EQ(shortage->needed.value, 301);
    EXPECT_EQ(shortage->available.value, 300);
    EXPECT_EQ(organization.snapshot().held.value, 700);
    EXPECT_EQ(key.held.value, 700);
}

TEST_F(CreditTest, KeyLimitCountsWhatIsSpentAndHeld) {
    organization.grant({10'000});
    organization.set_key_limit(key, NanoUsd{100}, LimitReset::lifetime);
    EXPECT_FALSE(organization.hold(key, {60}, kMonday));
    const auto shortage = organization.hold(key, {41}, kMonday);
    ASSERT_TRUE(shortage);
    EXPECT_EQ(shortage->limit, Shortage::Limit::key);
    EXPECT_EQ(shortage->available.value, 40);
    EXPECT_EQ(organization.snapshot().held.value, 60);
    (void)organization.settle(key, {60}, {10}, kMonday);
    EXPECT_FALSE(organization.hold(key, {90}, kMonday));
}

TEST_F(CreditTest, CostAboveTheHoldTakesWhatIsAvailableThenOverruns) {
    organization.grant({100});
    organization.set_key_limit(key, NanoUsd{50}, LimitReset::lifetime);
    EXPECT_FALSE(organization.hold(key, {50}, kMonday));
    const Charge charge = organization.settle(key, {50}, {130}, kMonday);
    EXPECT_EQ(charge.charged.value, 100);  // beyond the key's limit too: the organization pays
    EXPECT_EQ(charge.overrun.value, 30);
    EXPECT_EQ(organization.snapshot().balance().value, 0);
    const auto shortage = organization.hold(key, {0}, kMonday);
    ASSERT_TRUE(shortage);
    EXPECT_EQ(shortage->available.value, 0);
}

TEST_F(CreditTest, OverrunLeavesOtherHoldsAlone) {
    organization.grant({100});
    KeyCredit& other = table.key(digest_key("other"));
    EXPECT_FALSE(organization.hold(key, {20}, kMonday));
    EXPECT_FALSE(organization.hold(other, {70}, kMonday));
    const Charge charge = organization.settle(key, {20}, {90}, kMonday);
    EXPECT_EQ(charge.charged.value, 30);
    EXPECT_EQ(charge.overrun.value, 60);
    EXPECT_EQ(organization.settle(other, {70}, {70}, kMonday).overrun.value, 0);
    EXPECT_EQ(organization.snapshot().balance().value, 0);
}

TEST_F(CreditTest, NegativeGrantStopsAtWhatIsUsedAndHeld) {
    organization.grant({100});
    EXPECT_FALSE(organization.hold(key, {30}, kMonday));
    (void)organization.settle(key, {30}, {25}, kMonday);
    EXPECT_FALSE(organization.hold(key, {40}, kMonday));
    organization.grant({-1000});
    EXPECT_EQ(organization.snapshot().granted.value, 65);
}

TEST_F(CreditTest, DailyLimitStartsAgainAtMidnightUtc) {
    organization.grant({1000});
    organization.set_key_limit(key, NanoUsd{100}, LimitReset::daily);
    const std::int64_t evening = kMonday + kDayMs - 1;
    EXPECT_FALSE(organization.hold(key, {100}, evening));
    (void)organization.settle(key, {100}, {100}, evening);
    EXPECT_TRUE(organization.hold(key, {1}, evening));
    EXPECT_FALSE(organization.hold(key, {100}, evening + 1));
}

TEST_F(CreditTest, ClockThatStepsBackDoesNotOpenANewWindow) {
    organization.grant({1000});
    organization.set_key_limit(key, NanoUsd{100}, LimitReset::daily);
    EXPECT_FALSE(organization.hold(key, {100}, kMonday));
    (void)organization.settle(key, {100}, {100}, kMonday);
    EXPECT_TRUE(organization.hold(key, {1}, kMonday - kDayMs));
}

TEST_F(CreditTest, KeySpendRollsACopyToTheTimeAsked) {
    organization.grant({1000});
    EXPECT_FALSE(organization.hold(key, {10}, kMonday));
    (void)organization.settle(key, {10}, {10}, kMonday);
    EXPECT_EQ(organization.key_spend(key, kMonday).day.value, 10);
    EXPECT_EQ(organization.key_spend(key, kMonday + kDayMs).day.value, 0);
    EXPECT_EQ(organization.key_spend(key, kMonday + kDayMs).total.value, 10);
    EXPECT_EQ(organization.key_spend(key, kMonday).day.value, 10);
}

TEST_F(CreditTest, RestoreAndReplayRebuildABalance) {
    organization.restore({500}, {200});
    organization.replay_usage(key, {50}, kMonday);
    EXPECT_EQ(organization.snapshot().balance().value, 250);
    EXPECT_EQ(key.spent.total.value, 50);
}

TEST_F(CreditTest, ParallelHoldsAdmitExactlyWhatTheBalanceIsWorth) {
    constexpr int kThreads = 8, kTries = 2000;
    organization.grant({1000});
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kTries; ++i) {
                if (organization.hold(key, {3}, kMonday)) continue;
                (void)organization.settle(key, {3}, {3}, kMonday);
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
    const Id128 id = make_uuid7(2);
    OrganizationCredit* const first = &table.organization(id);
    for (int i = 0; i < 1000; ++i) table.organization(make_uuid7(i));
    EXPECT_EQ(&table.organization(id), first);
    EXPECT_EQ(&table.key(digest_key("key")), &key);
    std::size_t organizations = 0;
    table.for_each([&](const OrganizationCredit&) { ++organizations; });
    EXPECT_EQ(organizations, 1002u);
}

using CreditDeathTest = CreditTest;

TEST_F(CreditDeathTest, ReleasingAHoldThatWasNotTakenAborts) {
    organization.grant({100});
    EXPECT_DEATH((void)organization.settle(key, {1}, {1}, kMonday), "not taken");
}

TEST_F(CreditDeathTest, ReplayBelowZeroAborts) {
    organization.restore({100}, {90});
    EXPECT_DEATH(organization.replay_usage(key, {11}, kMonday), "below zero");
}

TEST(SpendWindows, WeeksStartOnMondayAndMonthsFollowTheCalendar) {
    SpendWindows windows;
    windows.add({1}, kMonday - 1);  // Sunday
    windows.add({2}, kMonday);
    EXPECT_EQ(windows.in(LimitReset::weekly).value, 2);
    EXPECT_EQ(windows.in(LimitReset::monthly).value, 3);
    windows.add({4}, kMonday + 6 * kDayMs);  // Sunday of the same week
    EXPECT_EQ(windows.in(LimitReset::weekly).value, 6);
    EXPECT_EQ(windows.in(LimitReset::daily).value, 4);
    windows.add({8}, kMonday + 14 * kDayMs);  // 1 December
    EXPECT_EQ(windows.in(LimitReset::monthly).value, 8);
    EXPECT_EQ(windows.in(LimitReset::lifetime).value, 15);
}

TEST(SpendWindows, DaysAreFloorsBeforeTheEpochToo) {
    SpendWindows windows;
    windows.day_number = -10;
    windows.add({5}, -1);
    EXPECT_EQ(windows.day_number, -1);
}

}  // namespace
}  // namespace tollgate
