// Which candidate is asked beside one that is slow. How failed ones are walked is dead_endpoint_test.cc's.
#include "gateway/routing/candidate_walk.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1000;

class CandidateWalkTest : public ::testing::Test {
  protected:
    CandidateWalkTest() {
        for (std::size_t i = 0; i < endpoints_.size(); ++i) {
            endpoints_[i].number = i + 1;
            plan_.push_back(&endpoints_[i]);
        }
    }
    void bring_down(std::size_t candidate) {
        for (int i = 0; i < 3; ++i) {
            health_.note(0, endpoints_[candidate].number, {.outcome = AttemptOutcome::failure}, kNow, kNow);
        }
    }

    std::array<CatalogueEndpoint, 3> endpoints_{};
    std::vector<const CatalogueEndpoint*> plan_;
    HealthBoard health_{1, 3};
    RetryBudget budget_;
};

TEST_F(CandidateWalkTest, BesideTheFirstIsTheNextAndThenTheOneAfterIt) {
    CandidateWalk walk(plan_, health_, budget_);
    EXPECT_EQ(walk.first(kNow), 0u);
    EXPECT_EQ(walk.beside(kNow), 1u);
    EXPECT_EQ(walk.next(kNow), 2u);
    EXPECT_EQ(walk.beside(kNow), std::nullopt);
}

TEST_F(CandidateWalkTest, OnlyOneThatIsWellIsAskedBeside) {
    bring_down(1);
    CandidateWalk walk(plan_, health_, budget_);
    walk.first(kNow);
    EXPECT_EQ(walk.beside(kNow), 2u);
}

TEST_F(CandidateWalkTest, WhereNoneIsWellTheOthersStayForAFailover) {
    bring_down(1);
    bring_down(2);
    CandidateWalk walk(plan_, health_, budget_);
    walk.first(kNow);
    EXPECT_EQ(walk.beside(kNow), std::nullopt);
    EXPECT_EQ(walk.next(kNow), 2u);
}

TEST_F(CandidateWalkTest, WhatWasNotAskedIsNotPaidFor) {
    for (int i = 0; i < 1000; ++i) {
        CandidateWalk walk(plan_, health_, budget_);
        walk.first(kNow);
        EXPECT_EQ(walk.pass_over(kNow), 1u);
        EXPECT_EQ(walk.pass_over(kNow), 2u);
        EXPECT_EQ(walk.pass_over(kNow), std::nullopt);
    }
    for (int i = 0; i < RetryBudget::kMostSaved; ++i) EXPECT_TRUE(budget_.take(kNow)) << i;
    bring_down(1);
    CandidateWalk walk(plan_, health_, budget_);
    walk.first(kNow);
    EXPECT_EQ(walk.pass_over(kNow), 2u) << "one that rests is passed over, too";
}

TEST_F(CandidateWalkTest, WhoAskedForLessIsPassedOverUntilThen) {
    health_.rest_until(endpoints_[0].number, kNow + 5000, kNow);
    health_.rest_until(endpoints_[1].number, kNow + 2000, kNow);
    CandidateWalk walk(plan_, health_, budget_);
    EXPECT_EQ(walk.first(kNow), 2u);
    EXPECT_EQ(walk.soonest_beside(2, kNow), kNow + 2000);
    EXPECT_EQ(walk.soonest_beside(1, kNow), kNow + 5000);
    EXPECT_EQ(walk.next(kNow), std::nullopt);
    EXPECT_EQ(walk.beside(kNow), std::nullopt);
    CandidateWalk later(plan_, health_, budget_);
    EXPECT_EQ(later.first(kNow + 2000), 1u);
    EXPECT_EQ(later.soonest_beside(1, kNow + 2000), kNow + 5000);
    EXPECT_EQ(later.soonest_beside(1, kNow + 5000), 0);
    health_.rest_until(endpoints_[1].number, kNow + 9000, kNow);
    health_.rest_until(endpoints_[2].number, kNow + 9000, kNow);
    CandidateWalk all(plan_, health_, budget_);
    EXPECT_EQ(all.first(kNow), 2u) << "one is asked all the same";
    EXPECT_EQ(all.next(kNow), std::nullopt);
}

TEST_F(CandidateWalkTest, BesideIsPaidForOutOfTheRetryBudget) {
    std::int64_t made = 0;
    constexpr int kRequests = 1000;
    for (int i = 0; i < kRequests; ++i) {
        CandidateWalk walk(plan_, health_, budget_);
        walk.first(kNow);
        made += walk.beside(kNow).has_value() ? 1 : 0;
    }
    EXPECT_LE(made, kRequests / RetryBudget::kRequestsPerRetry + RetryBudget::kMostSaved);
    EXPECT_GE(made, kRequests / RetryBudget::kRequestsPerRetry);
}

}  // namespace
}  // namespace tollgate
