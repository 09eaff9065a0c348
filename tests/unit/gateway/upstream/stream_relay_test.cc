// What becomes of a streamed answer, part by part.
#include "gateway/upstream/stream_relay.h"

#include <optional>
#include <vector>

#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

using Action = StreamRelay::Action;
using Outcome = StreamRelay::Outcome;

const std::string kWord = R"(data: {"id":"up-1","choices":[{"index":0,"delta":{"content":"word"}}]})"
                          "\n\n";
const std::string kStop = R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                          "\n\n";
const std::string kUsage = R"(data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}})"
                           "\n\n";
const std::string kError = R"(data: {"error":{"message":"no more"}})"
                           "\n\n";
const std::string kDone = "data: [DONE]\n\n";

std::string words(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += kWord;
    return text;
}

class StreamRelayTest : public HeldRequestTest {
  protected:
    // With a hold of 100 output tokens, the fixture's bound.
    void begin(bool may_reply_before_settlement = false, std::int64_t choices = 1, std::int64_t most_output = 0) {
        held_.emplace(*slots_, 0, counters_);
        request_.ask.body.stream = true;
        request_.ask.body.choices = choices;
        ASSERT_FALSE(HeldRequestTest::take(*held_));
        AnswerStream::Options options;
        options.choices = choices;
        meter_.begin(options);
        relay_.emplace(meter_, *held_,
                       StreamRelay::Rules{.terms = {.counted_prompt_tokens = request_.terms.counted_prompt_tokens,
                                                    .most_output = most_output},
                                          .endpoint = &endpoint_,
                                          .credit = &config_,
                                          .choices = choices,
                                          .may_reply_before_settlement = may_reply_before_settlement});
    }
    // Leaves no credit beside what is held, so that the hold cannot grow.
    void spend_the_rest() {
        const auto credit = organization_.snapshot();
        organization_.grant(credit.held + credit.used - credit.granted);
    }
    Action take(const std::string& part, bool end = false, bool gone = false) {
        out_.clear();
        return relay_->take(part, end, gone, out_);
    }
    void free_slot() {
        SlotIndex taken[1];
        ASSERT_EQ(slots_->take_settled(taken), 1u);
        slots_->mark_taken(taken[0], 1);
        slots_->release_committed(taken[0]);
    }
    // Settles; what the client is sent then.
    std::string rest() {
        out_.clear();
        cost_ = held_->settle(relay_->ending());
        relay_->append_rest(cost_, out_);
        return out_;
    }

    std::optional<HeldRequest> held_;
    AnswerStream meter_;
    std::optional<StreamRelay> relay_;
    std::string out_;
    NanoUsd cost_;
};

TEST_F(StreamRelayTest, WhatComesIsForwardedAndItsUsageWaitsForTheSettlement) {
    begin();
    EXPECT_EQ(take(kWord), Action::forward);
    EXPECT_EQ(out_, kWord);
    EXPECT_EQ(take(kWord + kStop), Action::forward);
    EXPECT_EQ(relay_->output_tokens(), 2);
    EXPECT_EQ(take(kUsage + kDone), Action::end);
    EXPECT_EQ(out_, "");
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_TRUE(relay_->whole());
    const std::string last = rest();
    EXPECT_NE(last.find("\"cost\":"), std::string::npos);
    EXPECT_TRUE(last.ends_with(kDone));
    EXPECT_EQ(cost_.value, 7 * 150 + 2 * 600);
}

TEST_F(StreamRelayTest, ProgressIsPublishedWithEachPart) {
    begin();
    take(words(3));
    EXPECT_EQ(slots_->view(0).progress, 3u);
    take(kWord);
    EXPECT_EQ(slots_->view(0).progress, 4u);
}

TEST_F(StreamRelayTest, AfterDoneWithoutUsageItMayStillFollow) {
    begin();
    take(kWord + kStop);
    EXPECT_FALSE(relay_->usage_may_follow());
    EXPECT_EQ(take(kDone), Action::forward);
    EXPECT_TRUE(relay_->usage_may_follow());
    EXPECT_EQ(take(kUsage), Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_EQ(relay_->ending().source, UsageSource::provider);
}

TEST_F(StreamRelayTest, UsageThatDoesNotFollowIsCounted) {
    begin();
    take(kWord + kStop + kDone);
    relay_->fail({ErrorKind::upstream_timeout, "late"});
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_TRUE(relay_->whole());
    EXPECT_EQ(relay_->ending().source, UsageSource::counted);
    EXPECT_EQ(relay_->ending().usage.completion, 1);
}

struct End {
    const char* name;
    std::string text;
    bool body_ends;
    Outcome outcome;
    ErrorKind error;
    Retry retry;
};

TEST_F(StreamRelayTest, HowAStreamEnded) {
    const std::vector<End> ends = {
        {"done", kWord + kStop + kUsage + kDone, false, Outcome::complete, ErrorKind::none, Retry::never},
        {"done without a reason", kWord + kUsage + kDone, false, Outcome::complete, ErrorKind::none, Retry::never},
        {"a reason and the body's end", kWord + kStop, true, Outcome::complete, ErrorKind::none, Retry::never},
        {"words and the body's end", kWord, true, Outcome::broken, ErrorKind::upstream_incomplete, Retry::never},
        {"nothing but done", kDone, true, Outcome::broken, ErrorKind::upstream_incomplete, Retry::elsewhere},
        {"nothing", "", true, Outcome::broken, ErrorKind::upstream_incomplete, Retry::elsewhere},
        {"an error", kError, false, Outcome::broken, ErrorKind::upstream_error, Retry::elsewhere},
        {"words and an error", kWord + kError, false, Outcome::broken, ErrorKind::upstream_error, Retry::never},
        {"an error and done", kError + kDone, true, Outcome::broken, ErrorKind::upstream_error, Retry::elsewhere},
        {"no JSON", "data: {oh\n\n", false, Outcome::broken, ErrorKind::upstream_invalid_response, Retry::elsewhere},
    };
    for (const End& end : ends) {
        SCOPED_TRACE(end.name);
        begin();
        EXPECT_EQ(take(end.text, end.body_ends), Action::end);
        EXPECT_EQ(relay_->finish(), end.outcome);
        EXPECT_EQ(relay_->whole(), end.outcome == Outcome::complete);
        if (end.outcome == Outcome::broken) {
            EXPECT_EQ(relay_->error("sample").kind(), end.error);
            EXPECT_EQ(relay_->error("sample").retry(), end.retry);
            EXPECT_FALSE(relay_->ending().charge) << "insured";
            EXPECT_EQ(rest(), "") << "the error event is the caller's";
            EXPECT_EQ(cost_, NanoUsd{});
        } else {
            EXPECT_TRUE(rest().ends_with(kDone));
        }
        held_.reset();
        free_slot();
    }
}

TEST_F(StreamRelayTest, AReadErrorIsTheReasonWhereTheStreamGivesNone) {
    begin();
    take(kWord);
    relay_->fail({ErrorKind::upstream_reset, "gone"});
    EXPECT_EQ(relay_->finish(), Outcome::broken);
    EXPECT_EQ(relay_->error("sample").kind(), ErrorKind::upstream_reset);
    EXPECT_FALSE(relay_->whole());
}

TEST_F(StreamRelayTest, WithoutInsuranceWhatBrokeIsCharged) {
    config_.zero_completion_insurance = false;
    begin();
    take(words(5), true);
    EXPECT_EQ(relay_->finish(), Outcome::broken);
    rest();
    EXPECT_EQ(cost_.value, request_.terms.counted_prompt_tokens * 150 + 5 * 600);
}

TEST_F(StreamRelayTest, AHoldFarFromItsEndIsNotAsked) {
    begin();
    take(words(74));
    EXPECT_TRUE(relay_->asked_hold());
    EXPECT_EQ(counters_.holds_grown.get(), 0u);
    take(words(2));
    EXPECT_EQ(counters_.holds_grown.get(), 1u) << "three quarters are used";
    take("");
    EXPECT_FALSE(relay_->asked_hold()) << "nothing came";
}

TEST_F(StreamRelayTest, ACleanEndIsNoCutWhateverItCost) {
    begin();
    spend_the_rest();
    EXPECT_EQ(take(words(99)), Action::forward);
    EXPECT_EQ(take(words(50) + kStop), Action::forward);
    EXPECT_FALSE(relay_->asked_hold());
    EXPECT_EQ(take(kDone, true), Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::complete);
}

TEST_F(StreamRelayTest, OneOfTwoChoicesThatEndedIsNoEnd) {
    begin(false, 2);
    spend_the_rest();
    EXPECT_EQ(take(words(250) + kStop), Action::cut_credit);
}

TEST_F(StreamRelayTest, WhatCreditDoesNotCoverIsGivenAway) {
    begin();
    spend_the_rest();
    EXPECT_EQ(take(words(150)), Action::cut_credit);
    const std::string forwarded = out_;
    EXPECT_EQ(relay_->cut(false, out_), Action::end);
    EXPECT_EQ(out_, forwarded) << "all that is told is told after the settlement";
    EXPECT_EQ(relay_->finish(), Outcome::credit_cut);
    EXPECT_FALSE(relay_->whole());
    EXPECT_EQ(relay_->ending().usage.completion, 100);
    EXPECT_EQ(relay_->ending().unbilled_output, 50);
    EXPECT_EQ(relay_->ending().finish_reason, "length");
    const std::string last = rest();
    EXPECT_NE(last.find("insufficient_credits"), std::string::npos);
    EXPECT_TRUE(last.ends_with(kDone));
}

TEST_F(StreamRelayTest, ACutAnswerThatIsReadOnIsChargedForNoMoreThanWasTold) {
    begin();
    spend_the_rest();
    EXPECT_EQ(take(words(150)), Action::cut_credit);
    EXPECT_EQ(relay_->cut(true, out_), Action::forward);
    EXPECT_NE(out_.find("insufficient_credits"), std::string::npos);
    EXPECT_EQ(out_.find(kDone), std::string::npos) << "not before the settlement";
    EXPECT_TRUE(relay_->reads_on());
    EXPECT_EQ(take(words(50)), Action::read);
    EXPECT_EQ(slots_->view(0).progress, 100u) << "an orphan is charged for what was told";
    EXPECT_EQ(take(kStop + kDone, true), Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::credit_cut);
    EXPECT_TRUE(relay_->whole());
    EXPECT_EQ(relay_->ending().usage.completion, 200);
    EXPECT_TRUE(rest().ends_with(kDone));
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.charged.value, request_.terms.counted_prompt_tokens * 150 + 100 * 600);
    EXPECT_EQ(record.overrun.value, 100 * 600);
}

TEST_F(StreamRelayTest, WhereTheSlotSufficesTheClientOfACutAnswerDoesNotWait) {
    begin(true);
    spend_the_rest();
    EXPECT_EQ(take(words(150)), Action::cut_credit);
    EXPECT_EQ(relay_->cut(true, out_), Action::reply);
    EXPECT_TRUE(out_.ends_with(kDone));
    EXPECT_EQ(take(kStop + kUsage + kDone, true, true), Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::credit_cut);
    EXPECT_EQ(rest(), "") << "it has all of its reply";
}

TEST_F(StreamRelayTest, AClientThatLeftIsNotCut) {
    begin();
    spend_the_rest();
    EXPECT_EQ(take(words(50), false, true), Action::read);
    EXPECT_EQ(take(words(150), false, true), Action::read);
    EXPECT_EQ(take(kStop + kDone, true, true), Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_EQ(relay_->ending().usage.completion, 200);
}

const std::string kStopInEvery =
    R"(data: {"choices":[{"index":0,"delta":{"content":"word"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2}})"
    "\n\n";

TEST_F(StreamRelayTest, AReasonAndUsageInEveryEventDelayNothing) {
    begin();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(take(kStopInEvery), Action::forward);
        EXPECT_NE(out_.find("word"), std::string::npos);
        EXPECT_EQ(out_.find("usage"), std::string::npos);
    }
    EXPECT_EQ(take(kDone), Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_NE(rest().find(R"("completion_tokens":2)"), std::string::npos);
}

TEST_F(StreamRelayTest, AReasonInEveryEventDoesNotHideThatTheStreamBroke) {
    begin();
    take(kStopInEvery + kStopInEvery);
    relay_->fail({ErrorKind::upstream_reset, "gone"});
    EXPECT_EQ(relay_->finish(), Outcome::broken);
}

TEST_F(StreamRelayTest, WhatWasAskedForBoundsWhatIsCounted) {
    begin(false, 1, 90);
    spend_the_rest();
    const std::string large =
        R"(data: {"choices":[{"index":0,"delta":{"content":")" + std::string(100'000, 'x') + "\"}}]}\n\n";
    EXPECT_EQ(take(large), Action::forward) << "its hold covers what was asked for";
    EXPECT_EQ(relay_->output_tokens(), 90);
    EXPECT_EQ(take(kStop + kDone, true), Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_EQ(relay_->ending().usage.completion, 90);
}

TEST_F(StreamRelayTest, PicturesAndSoundAreNotCut) {
    begin();
    spend_the_rest();
    const std::string sound =
        R"(data: {"choices":[{"index":0,"delta":{"audio":{"data":")" + std::string(32'000, 'A') + "\"}}}]}\n\n";
    for (int i = 0; i < 60; ++i) EXPECT_EQ(take(sound), Action::forward);
    EXPECT_EQ(take(kStop +
                   R"(data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":60}})"
                   "\n\n" +
                   kDone),
              Action::end);
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_EQ(relay_->ending().usage.completion, 60);
    EXPECT_FALSE(relay_->ending().usage_contradictory);
}

TEST_F(StreamRelayTest, AFigureThatCannotBeIsCountedMarkedAndNotShown) {
    begin(false, 1, 100);
    take(words(5) + kStop +
         R"(data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":101}})"
         "\n\n" +
         kDone);
    EXPECT_EQ(relay_->finish(), Outcome::complete);
    EXPECT_EQ(relay_->ending().usage.completion, 5);
    EXPECT_EQ(relay_->ending().source, UsageSource::counted);
    EXPECT_TRUE(relay_->ending().usage_contradictory);
    const std::string last = rest();
    EXPECT_NE(last.find("\"completion_tokens\":5"), std::string::npos) << last;
    EXPECT_EQ(last.find("101"), std::string::npos) << last;
}

TEST_F(StreamRelayTest, AnErrorEventKeepsItsCodeAndStatus) {
    begin();
    take(kWord +
         "event: error\ndata: "
         R"({"error":{"message":"m","code":"tool_use_failed","type":"invalid_request_error","status_code":400}})"
         "\n\n");
    EXPECT_EQ(relay_->finish(), Outcome::broken);
    const Error error = relay_->error("sample");
    EXPECT_EQ(status_of(error), 400);
    out_.clear();
    meter_.append_error(error, out_);
    EXPECT_EQ(
        out_,
        R"(data: {"error":{"message":"m","type":"invalid_request_error","param":null,"code":"tool_use_failed","status_code":400}})"
        "\n\n");
}

}  // namespace
}  // namespace tollgate
