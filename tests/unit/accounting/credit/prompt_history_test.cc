// What is learned of an endpoint's tokens per byte, and what cannot be.
#include "accounting/credit/prompt_history.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr std::int64_t kBytes = 12'000;
constexpr std::size_t kEndpoint = 3;

class PromptHistoryTest : public testing::Test {
  protected:
    void add(std::uint32_t prompts, std::int64_t tokens, std::int64_t bytes = kBytes) {
        for (std::uint32_t i = 0; i < prompts; ++i) history_.add(kEndpoint, bytes, tokens);
    }
    std::int64_t usual() const { return history_.learned(kEndpoint).value().usual_tokens(kBytes); }
    std::int64_t most() const { return history_.learned(kEndpoint).value().most_tokens(kBytes); }

    PromptHistory history_;
};

TEST_F(PromptHistoryTest, NothingIsKnownBeforeEnoughWasSeen) {
    add(PromptHistory::kLeastSamples - 1, 4000);
    EXPECT_FALSE(history_.learned(kEndpoint));
    add(1, 4000);
    EXPECT_TRUE(history_.learned(kEndpoint));
}

TEST_F(PromptHistoryTest, TheMeanIsExactAndTheP99IsLittleMore) {
    for (const std::int64_t tokens : {1500, 3000, 4000, 8000, 12'000}) {
        SCOPED_TRACE(tokens);
        PromptHistory history;
        for (std::uint32_t i = 0; i < PromptHistory::kLeastSamples; ++i) history.add(kEndpoint, kBytes, tokens);
        EXPECT_EQ(history.learned(kEndpoint)->usual_tokens(kBytes), tokens);
        EXPECT_GE(history.learned(kEndpoint)->most_tokens(kBytes), tokens);
        EXPECT_LE(history.learned(kEndpoint)->most_tokens(kBytes), tokens + kBytes / 128 + 1);
    }
}

TEST_F(PromptHistoryTest, NinetyNineOfAHundredAreCovered) {
    for (int i = 0; i < 960; ++i) history_.add(kEndpoint, kBytes, i % 200 == 0 ? 11'000 : 3000);
    EXPECT_LT(most(), 3200);
    for (int i = 0; i < 960; ++i) history_.add(kEndpoint, kBytes, i % 50 == 0 ? 9000 : 3000);
    EXPECT_GE(most(), 9000);
    EXPECT_LT(most(), 9200);
}

TEST_F(PromptHistoryTest, TheP99IsNeverBelowTheMean) {
    for (int i = 0; i < 1280; ++i) history_.add(kEndpoint, kBytes, i % 128 == 0 ? 12'000 : 1500);
    EXPECT_GT(usual(), 1500);
    EXPECT_GE(most(), usual());
}

TEST_F(PromptHistoryTest, EveryPromptCountsOnceHoweverLongItIs) {
    add(PromptHistory::kLeastSamples / 2, 100'000'000, 200'000'000);
    add(PromptHistory::kLeastSamples / 2, 3000);
    EXPECT_EQ(usual(), (6000 + 3000) / 2);
}

TEST_F(PromptHistoryTest, WhatNoTextCanHaveIsClamped) {
    add(PromptHistory::kLeastSamples, INT64_MAX);
    EXPECT_EQ(usual(), kBytes);
    EXPECT_EQ(most(), kBytes);
    PromptHistory sparse;
    for (std::uint32_t i = 0; i < PromptHistory::kLeastSamples; ++i) sparse.add(kEndpoint, kBytes, 1);
    EXPECT_EQ(sparse.learned(kEndpoint)->usual_tokens(kBytes), kBytes / 8);
}

TEST_F(PromptHistoryTest, ShortPromptsAndThoseWithoutAFigureTeachNothing) {
    add(2 * PromptHistory::kLeastSamples, 100, PromptHistory::kLeastPromptBytes - 1);
    add(2 * PromptHistory::kLeastSamples, 0);
    add(2 * PromptHistory::kLeastSamples, -5);
    EXPECT_FALSE(history_.learned(kEndpoint));
}

TEST_F(PromptHistoryTest, OldPromptsFade) {
    add(PromptHistory::kMostSamples, 12'000);
    EXPECT_EQ(usual(), 12'000);
    add(PromptHistory::kMostSamples / 2, 3000);
    EXPECT_EQ(usual(), (12'000 + 3000) / 2) << "half of what was known is gone";
    add(16 * PromptHistory::kMostSamples, 3000);
    EXPECT_LT(most(), 3100);
}

TEST_F(PromptHistoryTest, FadingLeavesTheMeanWhereItWas) {
    for (std::uint32_t i = 0; i < 2 * PromptHistory::kMostSamples; ++i)
        history_.add(kEndpoint, kBytes, 1500 + i * 7919 % 10'500);
    EXPECT_NEAR(static_cast<double>(usual()), 1500 + 10'500 / 2, 100);
}

TEST_F(PromptHistoryTest, LargestPromptDoesNotOverflow) {
    add(PromptHistory::kLeastSamples, kBytes);
    EXPECT_EQ(history_.learned(kEndpoint)->most_tokens(std::int64_t{1} << 40), std::int64_t{1} << 40);
}

TEST_F(PromptHistoryTest, EndpointsAreApart) {
    add(PromptHistory::kLeastSamples, 4000);
    EXPECT_FALSE(history_.learned(kEndpoint + 1));
    EXPECT_FALSE(history_.learned(0));
    history_.add(PromptHistory::kMostEndpoints, kBytes, 4000);
    EXPECT_FALSE(history_.learned(PromptHistory::kMostEndpoints));
}

}  // namespace
}  // namespace tollgate
