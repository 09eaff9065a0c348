#include "accounting/accounts/organization_retention.h"

#include <gtest/gtest.h>

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

class OrganizationRetentionTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
    }
    Status choose(const RetentionChoice& choice) {
        return apply([&](Change& change) { return set_retention(change, acme_, choice); });
    }
    Status plan(const std::string& name, const PlanOverrides& overrides = {}) {
        return apply([&](Change& change) { return set_plan(change, acme_, name, overrides); });
    }
    // The days of the class that requests have now, and after a restart.
    std::uint32_t days() {
        const auto in_force = [this] {
            return accounts_->directory()->find_organization(acme_)->policy.retention_class;
        };
        const std::uint8_t before = in_force();
        reload();
        EXPECT_EQ(in_force(), before);
        return accounts_->retention().days_of(before);
    }

    Id128 acme_;
};

constexpr RetentionChoice kNone{.level = RetentionLevel::none}, kRetain{.level = RetentionLevel::retain};

TEST_F(OrganizationRetentionTest, TheLevelAndThePlanSayTheDays) {
    struct Row {
        std::string plan;
        RetentionChoice choice;
        std::uint32_t days;
    };
    for (const Row& row :
         {Row{"free", kNone, 3}, Row{"free", kRetain, 3}, Row{"pro", kNone, 3}, Row{"pro", kRetain, 90},
          Row{"enterprise", kNone, 90}, Row{"enterprise", kRetain, 90}, Row{"pro", {}, 90}}) {
        ASSERT_TRUE(plan(row.plan).ok());
        ASSERT_TRUE(choose(row.choice).ok());
        EXPECT_EQ(days(), row.days) << row.plan;
    }
}

TEST_F(OrganizationRetentionTest, ASmallerPlanShortensTheDaysAtOnceAndTheChoiceStays) {
    ASSERT_TRUE(choose(kRetain).ok());
    ASSERT_TRUE(plan("free").ok());
    EXPECT_EQ(days(), 3U);
    ASSERT_TRUE(plan("free", {.retention_days = 90}).ok());
    EXPECT_EQ(days(), 90U);
}

TEST_F(OrganizationRetentionTest, OwnDaysAreAClasssAndWithinThePlan) {
    const auto own = [](std::int64_t days) { return RetentionChoice{.level = RetentionLevel::retain, .days = days}; };
    EXPECT_EQ(choose(own(42)).code(), StatusCode::invalid);
    EXPECT_EQ(choose({.level = RetentionLevel::none, .days = 3}).code(), StatusCode::invalid);
    ASSERT_TRUE(choose(own(1)).ok());
    EXPECT_EQ(days(), 1U);
    ASSERT_TRUE(plan("free").ok());
    EXPECT_EQ(choose(own(90)).reason(), "beyond_plan");
    EXPECT_EQ(days(), 1U);
}

TEST(RetentionPolicy, DaysWithoutAClassAreRoundedDownAndAtLeastTheShortest) {
    const RetentionPolicy policy;
    EXPECT_EQ(policy.longest_within(1000).days, 90U);
    EXPECT_EQ(policy.longest_within(89).days, 3U);
    EXPECT_EQ(policy.longest_within(0).days, 1U);
}

}  // namespace
}  // namespace tollgate
