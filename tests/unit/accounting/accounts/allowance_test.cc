#include "accounting/accounts/allowance.h"

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::int64_t kMidnight = 1'700'006'400'000;  // 2023-11-15, a Wednesday

class AllowanceTest : public AccountsFixture {
  protected:
    Allowance make(Allowance allowance = {}) {
        if (allowance.organization.is_nil()) allowance.organization = organization();
        if (allowance.amount == NanoUsd{}) allowance.amount = {5};
        const auto made = apply([&](Change& change) { return create_allowance(change, allowance); });
        EXPECT_TRUE(made) << made.error().message();
        return made.value_or(Allowance{});
    }
    // As the ledger stores it.
    Allowance grant(const Allowance& allowance, std::int64_t now_ms) {
        WriteBatch batch;
        {
            Change change(*accounts_, caller_, "allowance.grant", now_ms);
            grant_window(change, allowance, make_uuid7(now_ms));
            change.add_to(batch, std::array{allowance.organization}, "transaction/1",
                          {.document = "transaction/1", .before = {}, .after = "{}"});
        }
        EXPECT_TRUE(store_.commit(batch, Durability::disk).ok());
        return find(allowance.id);
    }
    Result<Allowance> update(const Id128& id, const AllowanceChange& fields) {
        return apply([&](Change& change) { return update_allowance(change, id, fields); });
    }
    Allowance find(const Id128& id) {
        const auto found = find_allowance(store_, id);
        EXPECT_TRUE(found) << found.error().message();
        return found.value_or(Allowance{});
    }
};

TEST_F(AllowanceTest, EveryFieldIsReadBack) {
    const Allowance made =
        make({.interval = LimitReset::weekly, .starts_ms = kNow, .ends_ms = kNow + 9, .note = "for tests"});
    const Allowance found = find(made.id);
    EXPECT_EQ(found.organization, made.organization);
    EXPECT_EQ(found.amount.value, 5);
    EXPECT_EQ(found.interval, LimitReset::weekly);
    EXPECT_EQ(found.starts_ms, kNow);
    EXPECT_EQ(found.ends_ms, kNow + 9);
    EXPECT_EQ(found.note, "for tests");
    EXPECT_FALSE(found.paused);
    EXPECT_EQ(found.version, 1);
}

TEST_F(AllowanceTest, IsOfAnOrganizationThatIsThere) {
    const auto made = apply(
        [&](Change& change) { return create_allowance(change, {.organization = make_uuid7(kNow), .amount = {5}}); });
    EXPECT_EQ(made.error().code(), StatusCode::not_found);
}

TEST_F(AllowanceTest, IsDueFromItsStartToItsEndUnlessPaused) {
    const Allowance made = make({.starts_ms = kNow + 10, .ends_ms = kNow + 20});
    EXPECT_FALSE(made.is_due(kNow + 9));
    EXPECT_TRUE(made.is_due(kNow + 10));
    EXPECT_TRUE(made.is_due(kNow + 19));
    EXPECT_FALSE(made.is_due(kNow + 20));
    const auto paused = update(made.id, {.paused = true});
    ASSERT_TRUE(paused);
    EXPECT_FALSE(paused->is_due(kNow + 10));
}

TEST_F(AllowanceTest, WindowIsGrantedOnce) {
    const Allowance granted = grant(make({.interval = LimitReset::daily}), kMidnight + 5);
    EXPECT_EQ(granted.granted_until_ms, kMidnight + kDayMs);
    EXPECT_FALSE(granted.last_transaction.is_nil());
    EXPECT_EQ(granted.version, 2);
    EXPECT_FALSE(granted.is_due(kMidnight + kDayMs - 1));
    EXPECT_TRUE(granted.is_due(kMidnight + kDayMs));
    EXPECT_FALSE(granted.is_due(kMidnight - kDayMs)) << "a clock that goes back gives nothing twice";
}

TEST_F(AllowanceTest, Row37WindowsThatWereMissedAreOver) {
    const Allowance granted = grant(make({.interval = LimitReset::daily}), kMidnight);
    const Allowance late = grant(granted, kMidnight + 3 * kDayMs + 1);
    EXPECT_EQ(late.granted_until_ms, kMidnight + 4 * kDayMs);
    EXPECT_FALSE(late.is_due(kMidnight + 4 * kDayMs - 1));
}

TEST_F(AllowanceTest, SameValuesMakeNoVersion) {
    const Allowance made = make({.note = "a"});
    EXPECT_EQ(update(made.id, {.amount = NanoUsd{5}, .paused = false, .note = "a"})->version, 1);
    EXPECT_EQ(update(made.id, {.amount = NanoUsd{6}})->version, 2);
    EXPECT_EQ(find(made.id).amount.value, 6);
}

TEST_F(AllowanceTest, IsDeleted) {
    const Allowance made = make();
    ASSERT_TRUE(apply([&](Change& change) { return delete_allowance(change, made.id); }).ok());
    EXPECT_EQ(find_allowance(store_, made.id).error().code(), StatusCode::not_found);
    EXPECT_TRUE(all_allowances(store_)->empty());
}

TEST_F(AllowanceTest, AreListedTheOldestFirst) {
    const Id128 of = organization();
    const auto make_at = [&](std::int64_t now_ms) {
        return *apply([&](Change& change) { return create_allowance(change, {.organization = of, .amount = {5}}); },
                      now_ms);
    };
    const Allowance second = make_at(kNow + 1), first = make_at(kNow);
    const auto all = all_allowances(store_);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->at(0).id, first.id);
    EXPECT_EQ(all->at(1).id, second.id);
}

}  // namespace
}  // namespace tollgate
