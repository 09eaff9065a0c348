#include "gateway/chat/answer_meter.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate {
namespace {

AnswerDelta text(std::int64_t bytes) {
    AnswerDelta delta;
    delta.text_bytes = bytes;
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
    meter.begin(1);
    for (const std::int64_t bytes : {5, 0, 7}) meter.add(text(bytes));
    EXPECT_EQ(meter.facts().events, 3);
    EXPECT_EQ(meter.facts().content_events, 2) << "an event without text generated nothing";
    EXPECT_EQ(meter.facts().content_bytes, 12);
}

TEST(AnswerMeter, UsageIsReplacedNotAddedUp) {
    AnswerMeter meter;
    meter.begin(1);
    AnswerDelta delta;
    delta.usage = TokenCounts{.prompt = 7, .completion = 1};
    meter.add(delta);
    delta.usage->completion = 3;
    meter.add(delta);
    meter.add(text(1));
    EXPECT_TRUE(meter.facts().has_usage);
    EXPECT_EQ(meter.facts().usage, (TokenCounts{.prompt = 7, .completion = 3}));
}

TEST(AnswerMeter, TheFirstIdIsTheAnswers) {
    AnswerMeter meter;
    meter.begin(1);
    for (const std::string_view id : {"", "c1", "c2"}) {
        AnswerDelta delta;
        delta.id = id;
        meter.add(delta);
    }
    EXPECT_EQ(meter.facts().upstream_id, "c1");
}

TEST(AnswerMeter, AllHaveFinishedOnceThereAreAsManyReasonsAsChoices) {
    AnswerMeter meter;
    meter.begin(2);
    meter.add(finish(1, "stop"));
    EXPECT_FALSE(meter.all_finished());
    EXPECT_TRUE(meter.is_finished(1));
    EXPECT_FALSE(meter.is_finished(0));
    meter.add(finish(0, "length"));
    EXPECT_TRUE(meter.all_finished() && meter.is_finished(0));
    EXPECT_EQ(meter.facts().finish_reason, "length");
    EXPECT_FALSE(meter.is_finished(kMostChoices)) << "no such choice";
}

TEST(AnswerMeter, AnErrorIsNotedWithItsTextUnescapedAndBounded) {
    AnswerMeter meter;
    meter.begin(1);
    AnswerDelta delta;
    delta.error = true;
    meter.add(delta);
    EXPECT_TRUE(meter.facts().error_event);
    EXPECT_EQ(meter.facts().error_message, "");
    delta.error_message = R"("no \"luck\"")";
    meter.add(delta);
    EXPECT_EQ(meter.facts().error_message, "no \"luck\"");
    const std::string large = '"' + std::string(5000, 'x') + '"';
    delta.error_message = large;
    meter.add(delta);
    EXPECT_EQ(meter.facts().error_message.size(), 1024u);
}

TEST(AnswerMeter, BeginForgetsTheAnswerBefore) {
    AnswerMeter meter;
    meter.begin(1);
    meter.add(finish(0, "stop"));
    meter.add(text(9));
    meter.note_done();
    meter.note_invalid();
    meter.begin(1);
    EXPECT_FALSE(meter.is_finished(0) || meter.all_finished() || meter.facts().done || meter.facts().invalid);
    EXPECT_EQ(meter.facts().content_bytes, 0);
    EXPECT_EQ(meter.facts().finish_reason, "");
}

TEST(AnswerMeter, CompletionIsCountedByEventsOrByBytes) {
    const auto count = [](std::int64_t events, std::int64_t bytes) {
        StreamFacts facts;
        facts.content_events = events;
        facts.content_bytes = bytes;
        return counted_completion_tokens(facts);
    };
    EXPECT_EQ(count(0, 0), 0);
    EXPECT_EQ(count(10, 40), 10);
    EXPECT_EQ(count(10, 80), 10);
    EXPECT_EQ(count(10, 81), 21);
    EXPECT_EQ(count(1, 4000), 1000);
}

// A fifth around what was generated: events where they are single tokens, else two to six bytes a token.
TEST(AnswerMeter, AFigureFarFromWhatWasGeneratedContradictsIt) {
    const struct {
        std::string_view name;
        std::int64_t visible, events, bytes;
        bool contradictory;
    } rows[] = {
        {"as many as events", 1000, 1000, 5000, false},
        {"a fifth more than events", 1200, 1000, 5000, false},
        {"more than a fifth above", 1221, 1000, 5000, true},
        {"a fifth fewer", 800, 1000, 5000, false},
        {"more than a fifth below", 780, 1000, 5000, true},
        {"nothing for a long text", 0, 1000, 5000, true},
        {"large events, four bytes a token", 1000, 10, 4000, false},
        {"large events, short tokens", 1999, 10, 4000, false},
        {"large events, long tokens", 667, 10, 4000, false},
        {"large events, more tokens than bytes", 4100, 10, 4000, true},
        {"large events, almost no tokens", 300, 10, 4000, true},
        {"few tokens never are", 12, 1, 4, false},
        {"zero for few", 0, 5, 20, false},
    };
    for (const auto& row : rows)
        EXPECT_EQ(contradicts(row.visible, row.events, row.bytes), row.contradictory) << row.name;
}

}  // namespace
}  // namespace tollgate
