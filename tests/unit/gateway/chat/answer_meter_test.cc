#include "gateway/chat/answer_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate {
namespace {

AnswerDelta text(std::int64_t bytes) {
    AnswerDelta delta;
    delta.text.bytes = bytes;
    return delta;
}

AnswerDelta finish(std::size_t choice, std::string_view reason) {
    AnswerDelta delta;
    delta.finish_reasons = 1;
    delta.finished.set(choice);
    delta.finish_reason = reason;
    return delta;
}

TEST(AnswerMeter, TextIsAddedUp) {
    AnswerMeter meter;
    meter.begin();
    for (const std::int64_t bytes : {5, 0, 7}) meter.add(text(bytes));
    EXPECT_EQ(meter.facts().events, 3);
    EXPECT_EQ(meter.facts().content_events, 2) << "an event without text generated nothing";
    EXPECT_EQ(meter.facts().text.bytes, 12);
}

TEST(AnswerMeter, UsageIsReplacedNotAddedUp) {
    AnswerMeter meter;
    meter.begin();
    AnswerDelta delta;
    delta.usage = ReportedUsage{.prompt = 7, .completion = 1};
    meter.add(delta);
    delta.usage->completion = 3;
    meter.add(delta);
    meter.add(text(1));
    EXPECT_TRUE(meter.facts().has_usage);
    EXPECT_EQ(meter.facts().usage.prompt, 7);
    EXPECT_EQ(meter.facts().usage.completion, 3);
}

TEST(AnswerMeter, UsageOfChoicesIsAddedUpOverTheChoices) {
    AnswerMeter meter;
    meter.begin();
    AnswerDelta delta;
    const auto add = [&](std::size_t choice, std::int64_t completion) {
        delta.usage = ReportedUsage{.prompt = 7, .completion = completion};
        delta.usage_choice = choice;
        meter.add(delta);
    };
    add(1, 2);
    add(0, 3);
    add(1, 4);
    EXPECT_EQ(meter.facts().usage.prompt, 7);
    EXPECT_EQ(meter.facts().usage.completion, 7);
    delta.usage->completion = 6;
    delta.usage_choice.reset();
    meter.add(delta);
    EXPECT_EQ(meter.facts().usage.completion, 6) << "of the whole answer: it says more";
    meter.begin();
    add(0, 3);
    EXPECT_EQ(meter.facts().usage.completion, 3);
}

TEST(AnswerMeter, TheFirstIdIsTheAnswers) {
    AnswerMeter meter;
    meter.begin();
    for (const std::string_view id : {"", "c1", "c2"}) {
        AnswerDelta delta;
        delta.id = id;
        meter.add(delta);
    }
    EXPECT_EQ(meter.facts().upstream_id, "c1");
}

TEST(AnswerMeter, ItIsKnownWhichChoicesHaveFinished) {
    AnswerMeter meter;
    meter.begin();
    meter.add(finish(1, "stop"));
    EXPECT_TRUE(meter.is_finished(1));
    EXPECT_FALSE(meter.is_finished(0));
    meter.add(finish(0, "length"));
    EXPECT_TRUE(meter.is_finished(0));
    EXPECT_EQ(meter.facts().finished, 2);
    EXPECT_EQ(meter.facts().finish_reason, "length");
    EXPECT_FALSE(meter.is_finished(kMostChoices)) << "no such choice";
}

TEST(AnswerMeter, BeginForgetsTheAnswerBefore) {
    AnswerMeter meter;
    meter.begin();
    meter.add(finish(0, "stop"));
    meter.add(text(9));
    meter.note_done();
    meter.note_invalid();
    meter.begin();
    EXPECT_FALSE(meter.is_finished(0) || meter.facts().finished > 0 || meter.facts().done || meter.facts().invalid);
    EXPECT_EQ(meter.facts().text.bytes, 0);
    EXPECT_EQ(meter.facts().finish_reason, "");
}

TEST(AnswerMeter, CompletionIsCountedByEventsOrByBytes) {
    EXPECT_EQ(counted_completion_tokens(0, 0, 0), 0);
    EXPECT_EQ(counted_completion_tokens(10, 40, 0), 10);
    EXPECT_EQ(counted_completion_tokens(10, 80, 0), 10);
    EXPECT_EQ(counted_completion_tokens(10, 81, 0), 21);
    EXPECT_EQ(counted_completion_tokens(1, 4000, 0), 1000);
    EXPECT_EQ(counted_completion_tokens(1, 4000, 700), 700) << "no more than was asked for";
}

// Too few tokens for the text are odd; too many only where nothing hidden can explain them.
TEST(AnswerMeter, AFigureThatTheTextCannotHaveContradictsIt) {
    constexpr std::int64_t kAbsent = ReportedUsage::kAbsent;
    const struct {
        std::string_view name;
        std::int64_t completion, reasoning, events;
        GeneratedText text;
        bool contradictory;
    } rows[] = {
        {"as many as events", 1000, kAbsent, 1000, {.bytes = 5000}, false},
        {"a fifth fewer", 800, kAbsent, 1000, {.bytes = 5000}, false},
        {"more than a fifth fewer", 780, kAbsent, 1000, {.bytes = 5000}, true},
        {"nothing for a long text", 0, kAbsent, 1000, {.bytes = 5000}, true},
        {"large events, four bytes a token", 1000, kAbsent, 10, {.bytes = 4000}, false},
        {"large events, long tokens", 500, kAbsent, 10, {.bytes = 4000}, false},
        {"large events, almost no tokens", 300, kAbsent, 10, {.bytes = 4000}, true},
        {"many more, which hidden reasoning may be", 9000, kAbsent, 10, {.bytes = 4000}, false},
        {"many more, although the report itemises reasoning", 9000, 0, 10, {.bytes = 4000}, true},
        {"as many as are reasoning", 9000, 8000, 10, {.bytes = 4000}, false},
        {"reasoning that is shown, with its tokens", 105, 100, 2, {.bytes = 405, .reasoning_bytes = 400}, false},
        {"reasoning that is shown and no token", 15, kAbsent, 1, {.bytes = 640, .reasoning_bytes = 600}, false},
        {"a tool call's template", 51, 0, 15, {.bytes = 20, .tool_calls = 2}, false},
        {"a picture", 1290, 0, 1, {.bytes = 10, .other_output = true}, false},
        {"a filtered answer", 19, 0, 0, {}, false},
        {"few tokens never are", 12, kAbsent, 1, {.bytes = 4}, false},
        {"zero for few", 0, kAbsent, 5, {.bytes = 20}, false},
    };
    for (const auto& row : rows) {
        const ReportedUsage report{.prompt = 9, .completion = row.completion, .reasoning = row.reasoning};
        const TokenCounts billed{.completion = row.completion, .reasoning = std::max<std::int64_t>(row.reasoning, 0)};
        EXPECT_EQ(contradicts(report, billed, row.events, row.text), row.contradictory) << row.name;
    }
}

}  // namespace
}  // namespace tollgate
