#include "accounting/accounts/carried_spend.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr std::int64_t kMonday = 1'795'392'000'000;  // 2026-11-23T00:00:00Z
constexpr std::int64_t kDay = 86'400'000;

CarriedSpend carried(LimitReset window, std::int64_t at_ms = kMonday) {
    return {.target = {}, .amount = NanoUsd{5}, .window = window, .at_ms = at_ms};
}

SpendWindows spent_at(std::int64_t unix_ms, NanoUsd amount) {
    SpendWindows spent;
    spent.enter(windows_at(unix_ms));
    spent.charge(amount, windows_at(unix_ms));
    return spent;
}

NanoUsd in(const SpendWindows& spent, LimitReset window, std::int64_t unix_ms) {
    return spent.in(window, windows_at(unix_ms)).charged;
}

TEST(CarriedSpend, OfALifetimeCountsInTheTotalAlone) {
    const SpendWindows spent = with_carried({}, carried(LimitReset::lifetime));
    EXPECT_EQ(spent.total, NanoUsd{5});
    EXPECT_EQ(in(spent, LimitReset::daily, kMonday), NanoUsd{});
}

TEST(CarriedSpend, OfAWindowCountsInItAndNotInTheNext) {
    const SpendWindows spent = with_carried({}, carried(LimitReset::weekly));
    EXPECT_EQ(in(spent, LimitReset::weekly, kMonday + 6 * kDay), NanoUsd{5});
    EXPECT_EQ(in(spent, LimitReset::weekly, kMonday + 7 * kDay), NanoUsd{});
    EXPECT_EQ(in(spent, LimitReset::daily, kMonday), NanoUsd{});
    EXPECT_EQ(in(spent, LimitReset::monthly, kMonday), NanoUsd{});
}

TEST(CarriedSpend, IsAddedToWhatWasSpentInItsWindow) {
    const SpendWindows spent = with_carried(spent_at(kMonday + kDay, NanoUsd{2}), carried(LimitReset::weekly));
    EXPECT_EQ(in(spent, LimitReset::weekly, kMonday), NanoUsd{7});
    EXPECT_EQ(spent.total, NanoUsd{7});
}

TEST(CarriedSpend, OfTheWindowBeforeLeavesTheLastOneAsItIs) {
    const SpendWindows spent = with_carried(spent_at(kMonday + 7 * kDay, NanoUsd{2}), carried(LimitReset::weekly));
    EXPECT_EQ(in(spent, LimitReset::weekly, kMonday + 7 * kDay), NanoUsd{2});
    EXPECT_EQ(in(spent, LimitReset::weekly, kMonday), NanoUsd{5});
    EXPECT_EQ(spent.total, NanoUsd{7});
}

TEST(CarriedSpend, OfALaterWindowKeepsTheOneThatWasSpentIn) {
    const SpendWindows spent = with_carried(spent_at(kMonday - kDay, NanoUsd{2}), carried(LimitReset::weekly));
    EXPECT_EQ(in(spent, LimitReset::weekly, kMonday), NanoUsd{5});
    EXPECT_EQ(in(spent, LimitReset::weekly, kMonday - kDay), NanoUsd{2});
}

}  // namespace
}  // namespace tollgate
