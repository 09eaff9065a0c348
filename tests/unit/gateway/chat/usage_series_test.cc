// Reports of what each event used, and reports of what the answer used so far.
#include "gateway/chat/usage_series.h"

#include <gtest/gtest.h>

#include <vector>

namespace tollgate {
namespace {

using Figures = std::vector<std::int64_t>;

struct Text {
    std::int64_t counted;  // tokens
    std::int64_t most = 0;
};

// Completion tokens of an answer whose events reported these.
std::int64_t read(const Figures& completions, Text text) {
    UsageSeries series;
    ReportedUsage merged;
    for (const std::int64_t completion : completions) {
        const ReportedUsage report{.prompt = 7, .completion = completion, .total = 7 + completion};
        series.add(report);
        merged.merge(report);
    }
    const ReportedUsage usage = series.read(merged, text.counted, text.most, true);
    EXPECT_EQ(usage.prompt, 7);
    EXPECT_EQ(usage.total == ReportedUsage::kAbsent, usage.completion != merged.completion);
    return usage.completion;
}

TEST(UsageSeries, OneTokenAnEventIsAddedUp) { EXPECT_EQ(read(Figures(60, 1), {.counted = 60}), 60); }

TEST(UsageSeries, TokensOfEachEventAreAddedUp) {
    EXPECT_EQ(read({5, 8, 6, 9, 7, 5, 20, 1}, {.counted = 60}), 61);
    EXPECT_EQ(read({40, 40, 40}, {.counted = 110}), 120);
    EXPECT_EQ(read({40, 0, 38, 0, 2}, {.counted = 100}), 80) << "a report of nothing changes nothing";
}

TEST(UsageSeries, WhatGrowsFromReportToReportIsCumulative) {
    EXPECT_EQ(read({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {.counted = 10}), 10);
    EXPECT_EQ(read({10, 20, 30, 40}, {.counted = 100}), 40) << "though the sum were the better figure";
    EXPECT_EQ(read({1, 2, 3, 4, 4}, {.counted = 16}), 4) << "and is said once more at the end";
    EXPECT_EQ(read({1}, {.counted = 100}), 1);
}

TEST(UsageSeries, AFigureThatIsEnoughForTheTextIsNotAddedUp) {
    EXPECT_EQ(read(Figures(60, 60), {.counted = 60}), 60) << "the last figure in every event";
    EXPECT_EQ(read({50, 50, 55, 60}, {.counted = 60}), 60);
    EXPECT_EQ(read({120, 100}, {.counted = 100}), 120) << "an estimate, then the figure";
    EXPECT_EQ(read({1, 1, 2}, {.counted = 4}), 2) << "so little that nothing is told by it";
}

TEST(UsageSeries, ASumIsNotBelievedBeyondTheText) {
    EXPECT_EQ(read(Figures(60, 20), {.counted = 60}), 20);
    EXPECT_EQ(read(Figures(1000, 1'000'000'000), {.counted = 60}), 1'000'000'000);
    EXPECT_EQ(read(Figures(5, 1), {.counted = 600}), 1) << "nor where it is as wrong as the figure";
}

TEST(UsageSeries, ASumIsNotBelievedBeyondWhatWasAskedFor) {
    EXPECT_EQ(read(Figures(60, 1), {.counted = 60, .most = 60}), 60);
    EXPECT_EQ(read(Figures(60, 1), {.counted = 60, .most = 50}), 1);
}

TEST(UsageSeries, ReasoningIsAddedUpAndIsNoText) {
    UsageSeries series;
    const ReportedUsage report{.prompt = 7, .completion = 30, .reasoning = 28};
    for (int i = 0; i < 20; ++i) series.add(report);
    const ReportedUsage usage = series.read(report, 40, 0, true);
    EXPECT_EQ(usage.completion, 600);
    EXPECT_EQ(usage.reasoning, 560);
    EXPECT_EQ(series.read(report, 40, 0, false), report) << "reasoning that is shown is among the text";
}

}  // namespace
}  // namespace tollgate
