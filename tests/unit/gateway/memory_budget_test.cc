#include "gateway/memory_budget.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
const Id128 kOne{1, 1}, kTwo{2, 2}, kThree{3, 3};

TEST(MemoryBudget, IsBoundedAsAWhole) {
    MemoryBudget budget(100'000);
    std::size_t held = 0;
    EXPECT_TRUE(budget.grow_to(kOne, held, 60'000));
    EXPECT_FALSE(budget.take(kTwo, 0, 60'000));
    EXPECT_TRUE(budget.take(kTwo, 0, 40'000));
    budget.give_back(kOne, held);
    EXPECT_EQ(held, 0u);
    EXPECT_EQ(budget.used(), 40'000u);
    EXPECT_TRUE(budget.take(kTwo, 0, 60'000));
}

TEST(MemoryBudget, OneOrganizationLeavesAPartToOthers) {
    MemoryBudget budget(100 * kMiB);
    int taken = 0;
    while (budget.take(kOne, 0, kMiB)) ++taken;
    EXPECT_EQ(taken, 80);
    int of_another = 0;
    while (budget.take(kTwo, 0, kMiB)) ++of_another;
    EXPECT_EQ(of_another, 16);
    EXPECT_TRUE(budget.take(kThree, 0, kMiB));
}

TEST(MemoryBudget, PartsAreCountedAsTheyGrow) {
    MemoryBudget budget(10 * kMiB);
    std::size_t held = 0;
    while (budget.grow_to(kOne, held, held + 50'000)) {
    }
    EXPECT_GT(held, 10 * kMiB - 50'000) << "the only one of its organization may take all that is free";
    EXPECT_EQ(budget.used(), held);
    budget.give_back(kOne, held);
    EXPECT_EQ(budget.used(), 0u);
    EXPECT_TRUE(budget.take(kOne, 0, 5 * kMiB));
}

TEST(MemoryBudget, WhatWasRefusedIsNotCounted) {
    MemoryBudget budget(kMiB);
    EXPECT_FALSE(budget.take(kOne, 0, 2 * kMiB));
    EXPECT_EQ(budget.used(), 0u);
    EXPECT_TRUE(budget.take(kOne, 0, kMiB));
}

}  // namespace
}  // namespace tollgate
