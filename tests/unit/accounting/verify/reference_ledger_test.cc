#include "accounting/verify/reference_ledger.h"

#include <gtest/gtest.h>

#include <limits>

namespace tollgate {
namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kMonday = 1'795'392'000'000;  // 2026-11-23T00:00:00Z

class ReferenceLedgerTest : public testing::Test {
  public:
    UlidGenerator ids{1};
    Id128 organization = make_uuid7(kMonday);
    KeyDigest key = digest_key("key");
    ReferenceLedger ledger;

    LedgerEntry grant(std::int64_t amount) {
        return grant_entry(ids.next(kMonday), organization, NanoUsd{amount}, kMonday);
    }
    LedgerEntry usage(std::int64_t amount, std::int64_t at_ms = kMonday) {
        LedgerEntry entry;
        entry.kind = EntryKind::usage;
        entry.event = UlidGenerator(++worker_).next(at_ms);  // one generator's times never descend
        entry.at_ms = at_ms + 5000;
        entry.organization = organization;
        entry.key = key;
        entry.add_leg(AccountKind::organization_available, organization, NanoUsd{-amount});
        entry.add_leg(AccountKind::platform_revenue, {}, NanoUsd{amount});
        return entry;
    }
    LedgerEntry refund(const Id128& request, std::int64_t amount) {
        LedgerEntry entry;
        entry.kind = EntryKind::usage_refund;
        entry.event = ids.next(kMonday);
        entry.organization = organization;
        entry.reference = request;
        entry.add_leg(AccountKind::organization_available, organization, NanoUsd{amount});
        entry.add_leg(AccountKind::platform_revenue, {}, NanoUsd{-amount});
        return entry;
    }
    // A request that was charged, and may be refunded.
    Id128 charge(std::int64_t amount) {
        const LedgerEntry entry = usage(amount);
        ledger.expect_refunds_of(entry.event);
        add(entry);
        return entry.event;
    }
    void add(const LedgerEntry& entry) {
        const auto difference = ledger.add(entry);
        ASSERT_FALSE(difference) << to_string(*difference);
    }

  private:
    std::uint32_t worker_ = 1;
};

TEST_F(ReferenceLedgerTest, SumsOverOrganizationsMayPassWhatABalanceHolds) {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    add(grant_entry(ids.next(kMonday), organization, NanoUsd{most}, kMonday));
    add(grant_entry(ids.next(kMonday), make_uuid7(kMonday), NanoUsd{most}, kMonday));
    EXPECT_EQ(to_string(ledger.total(AccountKind::organization_available)), "18446744073709551614");
    EXPECT_EQ(to_string(ledger.total(AccountKind::platform_grants)), "-18446744073709551614");
}

TEST_F(ReferenceLedgerTest, BalancesAreTheSumsOfLegs) {
    add(grant(100));
    add(usage(30));
    add(usage(20));
    EXPECT_EQ(ledger.balance(organization), 50);
    const auto& sums = ledger.organizations().at(organization);
    EXPECT_EQ(sums.granted, 100);
    EXPECT_EQ(sums.used, 50);
    EXPECT_EQ(sums.kinds.at(EntryKind::usage).entries, 2u);
    EXPECT_EQ(sums.kinds.at(EntryKind::usage).moved, -50);
    EXPECT_EQ(ledger.total(AccountKind::platform_revenue), 50);
    EXPECT_EQ(ledger.total(AccountKind::platform_grants), -100);
    EXPECT_EQ(ledger.entries(), 3u);
}

TEST_F(ReferenceLedgerTest, AllAccountsTogetherAreZero) {
    add(grant(100));
    add(usage(30));
    std::int64_t sum = 0;
    for (const auto& [kind, amount] : ledger.account_sums()) sum += amount;
    EXPECT_EQ(sum, 0);
}

TEST_F(ReferenceLedgerTest, AnOrganizationBelowZeroIsNamedWithItsBalance) {
    add(grant(10));
    const auto difference = ledger.add(usage(11));
    ASSERT_TRUE(difference);
    EXPECT_EQ(difference->found, "-1");
    EXPECT_NE(difference->account.find(to_uuid(organization)), std::string::npos);
}

TEST_F(ReferenceLedgerTest, AnEventTwiceIsADifference) {
    const LedgerEntry once = grant(10);
    add(once);
    const Status status = ledger.apply(once);
    EXPECT_EQ(status.code(), StatusCode::corrupt);
    EXPECT_NE(status.message().find(to_ulid(once.event)), std::string::npos);
}

TEST_F(ReferenceLedgerTest, LegsThatDoNotSumToZeroAreADifference) {
    LedgerEntry entry = grant(10);
    entry.legs_room[0].amount = NanoUsd{11};
    const auto difference = ledger.add(entry);
    ASSERT_TRUE(difference);
    EXPECT_EQ(difference->expected, "0");
    EXPECT_EQ(difference->found, "1");
}

// Of the admission, that is; the entries' own times are later.
TEST_F(ReferenceLedgerTest, SpendingIsCountedByUtcDayWeekAndMonth) {
    add(grant(1000));
    add(usage(1, kMonday - 1));         // Sunday
    add(usage(2, kMonday));             // a new day and week
    add(usage(4, kMonday + 8 * kDay));  // Tuesday, December 1st
    add(usage(8, kMonday + 8 * kDay + 5));
    const auto& spend = ledger.keys().at({organization, key});
    EXPECT_EQ(spend.total, 15);
    const std::int64_t monday = kMonday / kDay;
    using Windows = std::vector<ReferenceLedger::Window>;
    EXPECT_EQ(spend.days, (Windows{{monday, 2}, {monday + 8, 12}}));
    EXPECT_EQ(spend.weeks, (Windows{{(monday + 3) / 7, 2}, {(monday + 3) / 7 + 1, 12}}));
    EXPECT_EQ(spend.months, (Windows{{2026 * 12 + 10, 3}, {2026 * 12 + 11, 12}}));
}

TEST_F(ReferenceLedgerTest, AnAmountCountsInItsOwnDayWhateverCameSince) {
    add(grant(1000));
    add(usage(1, kMonday));
    add(usage(2, kMonday + 3650 * kDay));
    add(usage(4, kMonday));
    const std::int64_t monday = kMonday / kDay;
    EXPECT_EQ(ledger.keys().at({organization, key}).days,
              (std::vector<ReferenceLedger::Window>{{monday + 3650, 2}, {monday, 5}}));
}

TEST_F(ReferenceLedgerTest, RefundsUpToTheChargeAreClean) {
    add(grant(1000));
    const Id128 first = charge(100), second = charge(50);
    for (const std::int64_t part : {30, 69, 1}) add(refund(first, part));
    add(refund(second, 50));
    EXPECT_EQ(ledger.balance(organization), 1000);
}

TEST_F(ReferenceLedgerTest, ARefundOfMoreThanTheChargeIsADifference) {
    add(grant(1000));
    const Id128 request = charge(100);
    const auto difference = ledger.add(refund(request, 101));
    ASSERT_TRUE(difference);
    EXPECT_NE(difference->what.find(to_ulid(request)), std::string::npos) << difference->what;
    EXPECT_EQ(difference->expected, "up to 100");
    EXPECT_EQ(difference->found, "101");
}

TEST_F(ReferenceLedgerTest, RefundsThatAddUpToMoreThanTheChargeAreADifference) {
    add(grant(1000));
    const Id128 request = charge(100);
    charge(100);  // of another request
    add(refund(request, 60));
    const auto difference = ledger.add(refund(request, 60));
    ASSERT_TRUE(difference);
    EXPECT_EQ(difference->expected, "up to 40");
    EXPECT_EQ(difference->found, "60");
}

TEST_F(ReferenceLedgerTest, ARefundOfARequestThatWasNotChargedIsADifference) {
    add(grant(1000));
    const Id128 unknown = ids.next(kMonday);
    ledger.expect_refunds_of(unknown);
    const auto difference = ledger.add(refund(unknown, 1));
    ASSERT_TRUE(difference);
    EXPECT_NE(difference->what.find(to_ulid(unknown)), std::string::npos) << difference->what;
}

TEST_F(ReferenceLedgerTest, ARefundBeforeTheChargeIsADifference) {
    add(grant(1000));
    const LedgerEntry later = usage(100);
    ledger.expect_refunds_of(later.event);
    EXPECT_TRUE(ledger.add(refund(later.event, 1)));
}

TEST_F(ReferenceLedgerTest, ARefundToAnotherThanWhoPaidIsADifference) {
    add(grant(1000));
    const Id128 request = charge(100);
    LedgerEntry entry = refund(request, 1);
    entry.organization = make_uuid7(kMonday + 1);
    entry.legs_room[0].owner = entry.organization;
    EXPECT_TRUE(ledger.add(entry));
}

TEST_F(ReferenceLedgerTest, ARefundThatTakesIsADifference) {
    add(grant(1000));
    EXPECT_TRUE(ledger.add(refund(charge(100), -1)));
}

TEST_F(ReferenceLedgerTest, ARefundThatIsNotedNowhereIsADifference) {
    add(grant(1000));
    const LedgerEntry charged = usage(100);
    add(charged);
    EXPECT_TRUE(ledger.add(refund(charged.event, 1)));
}

TEST(IdSetTest, FindsEveryIdThatWasInsertedInAnyOrder) {
    IdSet set;
    const auto id = [](std::uint64_t n) {
        Id128 made;
        for (int i = 0; i < 8; ++i) made.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
        return made;
    };
    constexpr std::uint64_t kIds = 140'000;  // twice what is merged at once
    for (std::uint64_t n = 0; n < kIds; ++n) ASSERT_TRUE(set.insert(id(n * 7919 % kIds)));
    for (std::uint64_t n = 0; n < kIds; ++n) ASSERT_FALSE(set.insert(id(n)));
    EXPECT_FALSE(set.contains(id(kIds)));
    EXPECT_EQ(set.size(), kIds);
}

}  // namespace
}  // namespace tollgate
