// Reports of what each event used, and reports of what the answer used so far.
#include "gateway/chat/usage_series.h"

#include <gtest/gtest.h>

#include <vector>

namespace tollgate {
namespace {

using Figures = std::vector<std::int64_t>;

using Text = UsageSeries::Text;

// Completion tokens of an answer whose events reported these.
std::int64_t read(const Figures& completions, Text text) {
    UsageSeries series;
    ReportedUsage merged;
    for (const std::int64_t completion : completions) {
        const ReportedUsage report{.prompt = 7, .completion = completion, .total = 7 + completion};
        series.add(report);
        merged.merge(report);
    }
    text.hides_reasoning = true;
    const ReportedUsage usage = series.read(merged, text);
    EXPECT_EQ(usage.prompt, 7);
    EXPECT_EQ(usage.total == ReportedUsage::kAbsent, usage.completion != merged.completion);
    return usage.completion;
}

TEST(UsageSeries, OneTokenAnEventIsAddedUp) { EXPECT_EQ(read(Figures(60, 1), {.tokens = 60}), 60); }

TEST(UsageSeries, TokensOfEachEventAreAddedUp) {
    EXPECT_EQ(read({5, 8, 6, 9, 7, 5, 20, 1}, {.tokens = 60}), 61);
    EXPECT_EQ(read({40, 40, 40}, {.tokens = 110}), 120);
    EXPECT_EQ(read({40, 0, 38, 0, 2}, {.tokens = 100}), 80) << "a report of nothing changes nothing";
}

TEST(UsageSeries, WhatGrowsFromReportToReportIsCumulative) {
    EXPECT_EQ(read({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {.tokens = 10}), 10);
    EXPECT_EQ(read({10, 20, 30, 40}, {.tokens = 100}), 40) << "though the sum were the better figure";
    EXPECT_EQ(read({1, 2, 3, 4, 4}, {.tokens = 16}), 4) << "and is said once more at the end";
    EXPECT_EQ(read({1}, {.tokens = 100}), 1);
}

TEST(UsageSeries, AFigureThatIsEnoughForTheTextIsNotAddedUp) {
    EXPECT_EQ(read(Figures(60, 60), {.tokens = 60}), 60) << "the last figure in every event";
    EXPECT_EQ(read({50, 50, 55, 60}, {.tokens = 60}), 60);
    EXPECT_EQ(read({120, 100}, {.tokens = 100}), 120) << "an estimate, then the figure";
    EXPECT_EQ(read({1, 1, 2}, {.tokens = 4}), 2) << "so little that nothing is told by it";
}

TEST(UsageSeries, ASumIsNotBelievedBeyondTheText) {
    EXPECT_EQ(read(Figures(60, 20), {.tokens = 60}), 20);
    EXPECT_EQ(read(Figures(1000, 1'000'000'000), {.tokens = 60}), 1'000'000'000);
    EXPECT_EQ(read(Figures(5, 1), {.tokens = 600}), 1) << "nor where it is as wrong as the figure";
}

TEST(UsageSeries, ASumIsNotBelievedBeyondWhatWasAskedFor) {
    EXPECT_EQ(read(Figures(60, 1), {.tokens = 60, .most = 60}), 60);
    EXPECT_EQ(read(Figures(60, 1), {.tokens = 60, .most = 50}), 1);
}

TEST(UsageSeries, AFigureAtTheBeginningAndAtTheEndIsOfTheWholeAnswer) {
    EXPECT_EQ(read({20, 20}, {.tokens = 50, .events = 12}), 20) << "as fakes of the Messages API say it";
    EXPECT_EQ(read({20, 20}, {.tokens = 50, .events = 2}), 40);
    EXPECT_EQ(read({20, 20}, {.tokens = 50, .events = 4}), 40) << "calls come in events without a report";
}

TEST(UsageSeries, ReasoningIsAddedUpAndIsNoText) {
    UsageSeries series;
    const ReportedUsage report{.prompt = 7, .completion = 30, .reasoning = 28};
    for (int i = 0; i < 20; ++i) series.add(report);
    const ReportedUsage usage = series.read(report, {.tokens = 40, .hides_reasoning = true});
    EXPECT_EQ(usage.completion, 600);
    EXPECT_EQ(usage.reasoning, 560);
    EXPECT_EQ(series.read(report, {.tokens = 40}), report) << "reasoning that is shown is among the text";
}

}  // namespace
}  // namespace tollgate
