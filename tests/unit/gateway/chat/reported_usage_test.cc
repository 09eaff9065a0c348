// What is billed by a report: what it leaves out, and what can't be true.
#include "gateway/chat/reported_usage.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr UsageBounds kBounds{
    .most_prompt = 128'000, .most_completion = 700, .counted_prompt = 30, .counted_completion = 50};

TEST(ReportedUsage, WithoutAReportAllIsCounted) {
    const BilledUsage usage = billed_usage({}, kBounds);
    EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 30, .completion = 50}));
    EXPECT_FALSE(usage.reported || usage.refused);
}

TEST(ReportedUsage, WhatIsCountedStaysWithinTheBounds) {
    UsageBounds bounds = kBounds;
    bounds.counted_prompt = 1'000'000;
    bounds.counted_completion = 250'000;
    EXPECT_EQ(billed_usage({}, bounds).counts, (TokenCounts{.prompt = 128'000, .completion = 700}));
}

TEST(ReportedUsage, MoreThanTheBoundsIsRefusedWhole) {
    for (const ReportedUsage& report :
         {ReportedUsage{.prompt = 128'001, .completion = 1}, ReportedUsage{.prompt = 9, .completion = 701},
          ReportedUsage{.prompt = 1'000'000'000, .completion = 1}, ReportedUsage{.prompt = 9, .total = 5000}}) {
        const BilledUsage usage = billed_usage(report, kBounds);
        EXPECT_TRUE(usage.refused);
        EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 30, .completion = 50}));
    }
    EXPECT_FALSE(billed_usage({.prompt = 128'000, .completion = 700}, kBounds).refused);
}

TEST(ReportedUsage, WithoutKnownBoundsAnAbsurdReportIsStillRefused) {
    EXPECT_TRUE(billed_usage({.prompt = 1'000'000'000, .completion = 1}, {}).refused);
    EXPECT_TRUE(billed_usage({.prompt = 1, .completion = 1'000'000'000}, {}).refused);
}

TEST(ReportedUsage, AnImpossibleTotalLeavesItsPartsAlone) {
    const BilledUsage usage = billed_usage({.prompt = 9, .completion = 4, .total = 1'000'000}, kBounds);
    EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 9, .completion = 4}));
    EXPECT_FALSE(usage.refused);
}

TEST(ReportedUsage, ReasoningBesideTheCompletionMayBeBesideTheBound) {
    UsageBounds bounds = kBounds;
    EXPECT_TRUE(billed_usage({.prompt = 9, .completion = 5000, .reasoning = 4800}, bounds).refused);
    bounds.reasoning_beside = true;
    const BilledUsage usage = billed_usage({.prompt = 9, .completion = 200, .reasoning = 4800}, bounds);
    EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 9, .completion = 5000, .reasoning = 4800}));
}

TEST(ReportedUsage, ATotalAloneIsNoAnswersUsage) {
    const BilledUsage usage = billed_usage({.total = 900}, kBounds);
    EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 30, .completion = 50}));
    EXPECT_FALSE(usage.reported || usage.refused);
}

TEST(ReportedUsage, ATotalAloneIsAnEmbeddingsPrompt) {
    for (const ReportedUsage& report : {ReportedUsage{.total = 50'000}, ReportedUsage{.prompt = 0, .total = 50'000},
                                        ReportedUsage{.prompt = 50'000, .total = 50'000}}) {
        const BilledUsage usage = billed_usage(report, {.call = ModelCall::embeddings, .counted_prompt = 30});
        EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 50'000}));
        EXPECT_TRUE(usage.reported);
    }
    EXPECT_EQ(
        billed_usage({.prompt = 0, .total = 0}, {.call = ModelCall::embeddings, .counted_prompt = 30}).counts.prompt,
        30);
}

TEST(ReportedUsage, ZerosForTextAreNotFilledIn) {
    const BilledUsage usage = billed_usage({.prompt = 0, .completion = 0, .total = 0}, kBounds);
    EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 30, .completion = 50}));
    EXPECT_FALSE(usage.reported);
    const BilledUsage prompt = billed_usage({.prompt = 9, .completion = 0}, kBounds);
    EXPECT_EQ(prompt.counts, (TokenCounts{.prompt = 9, .completion = 50}));
    EXPECT_FALSE(prompt.reported);
}

TEST(ReportedUsage, ZerosForNothingAreAFigure) {
    UsageBounds bounds = kBounds;
    bounds.counted_completion = 0;
    const BilledUsage usage = billed_usage({.prompt = 0, .completion = 0}, bounds);
    EXPECT_EQ(usage.counts, TokenCounts{});
    EXPECT_TRUE(usage.reported);
}

TEST(ReportedUsage, AnAbsentPromptIsCounted) {
    const BilledUsage usage = billed_usage({.completion = 9}, kBounds);
    EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 30, .completion = 9}));
    EXPECT_FALSE(usage.reported);
}

TEST(ReportedUsage, ALaterReportErasesNothing) {
    ReportedUsage report{.prompt = 7, .completion = 1, .cache_read = 5};
    report.merge({.prompt = 7, .completion = 3, .total = 10});
    report.merge({.prompt = 0, .completion = 0});
    report.merge({});
    EXPECT_EQ(report.prompt, 7);
    EXPECT_EQ(report.completion, 3);
    EXPECT_EQ(report.total, 10);
    EXPECT_EQ(report.cache_read, 5);
}

TEST(ReportedUsage, APromptOfZeroIsBelievedWhereTheTotalSaysTheSame) {
    EXPECT_EQ(billed_usage({.prompt = 0, .completion = 180, .total = 180}, kBounds).counts,
              (TokenCounts{.completion = 180}));
    EXPECT_EQ(billed_usage({.prompt = 0, .completion = 180}, kBounds).counts.prompt, 30);
}

TEST(ReportedUsage, MostOfACompletionInTheTotalOnlyIsAGuess) {
    const auto guessed = [](const ReportedUsage& report, bool reasoning_beside = false) {
        return billed_usage(report, {.reasoning_beside = reasoning_beside}).guessed;
    };
    const ReportedUsage gap{.prompt = 100, .completion = 100, .total = 1100};
    EXPECT_TRUE(guessed(gap));
    EXPECT_EQ(billed_usage(gap, {}).counts.completion, 1000);
    EXPECT_FALSE(guessed(gap, true)) << "a provider that leaves its reasoning out of the completion";
    EXPECT_FALSE(guessed({.prompt = 100, .completion = 100, .total = 1100, .reasoning = 900}));
    EXPECT_FALSE(guessed({.prompt = 100, .completion = 100, .total = 500}));
    EXPECT_FALSE(guessed({.prompt = 100, .completion = 1, .total = 112})) << "few tokens";
    EXPECT_FALSE(guessed({.prompt = 100, .total = 1100})) << "the total stands for the completion";
}

TEST(ReportedUsage, ChoicesShareThePrompt) {
    ReportedUsage report{.prompt = 1000, .completion = 100, .total = 1100, .cache_read = 600, .reasoning = 30};
    report.add_choice({.prompt = 1000, .completion = 50, .total = 1050, .cache_read = 600, .reasoning = 20});
    const TokenCounts both{.prompt = 1000, .completion = 150, .cache_read = 600, .reasoning = 50};
    EXPECT_EQ(billed_usage(report, {}).counts, both);
    ReportedUsage first{};
    first.add_choice(report);
    EXPECT_EQ(billed_usage(first, {}).counts, both);
    ReportedUsage in_total{.prompt = 1000, .total = 1100};
    in_total.add_choice({.prompt = 1000, .total = 1050});
    EXPECT_EQ(billed_usage(in_total, {}).counts, (TokenCounts{.prompt = 1000, .completion = 150}));
}

TEST(ReportedUsage, AReportThatCannotBeReadSpoilsNoOther) {
    const ReportedUsage good{.prompt = 7, .completion = 3};
    ReportedUsage bad;
    bad.unreadable = true;
    for (const bool first : {true, false}) {
        ReportedUsage merged = first ? bad : good;
        merged.merge(first ? good : bad);
        EXPECT_TRUE(merged.readable());
        EXPECT_TRUE(merged.unreadable_part);
        EXPECT_EQ(merged.prompt, 7);
        EXPECT_EQ(merged.completion, 3);
    }
    ReportedUsage both = bad;
    both.merge(bad);
    EXPECT_FALSE(both.readable());
}

}  // namespace
}  // namespace tollgate
