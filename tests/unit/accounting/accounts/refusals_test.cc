#include "accounting/accounts/refusals.h"

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"

namespace tollgate {
namespace {

constexpr std::int64_t kDayMs = 86'400'000, kNow = 20'000 * kDayMs + 1000;

class RefusalsTest : public testing::Test {
  protected:
    void note(const std::string& route, std::int64_t at_ms = kNow, const Id128& by = {}) {
        refusals.note(organization,
                      {.kind = CallerKind::personal_token, .key = digest_key("token"), .user = by, .address = "::1"},
                      "PUT", route, RefusalReason::permission_denied, at_ms);
    }
    std::vector<RefusedAct> stored() {
        EXPECT_TRUE(refusals.flush().ok());
        std::vector<RefusedAct> all;
        std::string cursor;
        while (true) {
            auto page = refusals.list(organization, cursor, 3);
            EXPECT_TRUE(page) << page.error().message();
            if (!page) return all;
            for (RefusedAct& act : page->acts) all.push_back(std::move(act));
            if (!page->next) return all;
            cursor = *page->next;
        }
    }

    MemoryStore store;
    Refusals refusals{store};
    const Id128 organization = make_uuid7(1000), user = make_uuid7(2000);
};

TEST_F(RefusalsTest, TheSameTryOfADayIsOneRowHoweverOften) {
    for (int i = 0; i < 5; ++i) note("/a", kNow + i, user);
    EXPECT_EQ(stored().size(), 1u);
    for (int i = 0; i < 2; ++i) note("/a", kNow - i, user);
    const auto acts = stored();
    ASSERT_EQ(acts.size(), 1u);
    EXPECT_EQ(acts[0].count, 7u);
    EXPECT_EQ(acts[0].first_ms, kNow - 1);
    EXPECT_EQ(acts[0].last_ms, kNow + 4);
    EXPECT_EQ(acts[0].actor, "user:" + to_uuid(user));
    EXPECT_EQ(acts[0].address, "::1");
    EXPECT_EQ(acts[0].organization, organization);
}

TEST_F(RefusalsTest, OtherDaysRoutesAndCallersHaveRowsOfTheirOwnTheNewestDayFirst) {
    note("/a", kNow - kDayMs, user);
    note("/a", kNow, user);
    note("/b", kNow, user);
    note("/a", kNow, make_uuid7(3000));
    const auto acts = stored();
    ASSERT_EQ(acts.size(), 4u);
    EXPECT_EQ(acts[0].day, kNow / kDayMs);
    EXPECT_EQ(acts[3].day, kNow / kDayMs - 1);
}

TEST_F(RefusalsTest, ManyCallersFillNoMoreThanTheirShareAndNothingIsUncounted) {
    constexpr std::size_t kMore = kMostRefusalsOfDay + 50;
    for (std::size_t i = 0; i < kMore; ++i) note("/" + std::to_string(i), kNow, user);
    const auto acts = stored();
    EXPECT_EQ(acts.size(), kMostRefusalsOfDay + 1);
    std::uint64_t count = 0, others = 0;
    for (const RefusedAct& act : acts) {
        count += act.count;
        if (act.actor == kOtherRefusals) others += act.count;
    }
    EXPECT_EQ(count, kMore);
    EXPECT_EQ(others, 50u);
}

TEST_F(RefusalsTest, RowsGoWhenTheirTimeIsOver) {
    note("/old", kNow - (kRefusalDays + 1) * kDayMs, user);
    EXPECT_EQ(stored().size(), 1u);
    note("/new", kNow, user);
    const auto acts = stored();
    ASSERT_EQ(acts.size(), 1u);
    EXPECT_EQ(acts[0].route, "/new");
}

TEST_F(RefusalsTest, ACursorThatIsNoneIsRefused) {
    for (const char* const cursor : {"x", "00", "zz00000000000000000000000000000000000000"}) {
        const auto page = refusals.list(organization, cursor, 10);
        ASSERT_FALSE(page);
        EXPECT_EQ(page.error().code(), StatusCode::invalid);
    }
}

}  // namespace
}  // namespace tollgate
