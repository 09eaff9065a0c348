// What becomes of an answer whose client left, and what it is charged for beside what came.
#include "gateway/exchange/abandoned.h"

#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

constexpr std::int64_t kMost = 16'000;

AbandonedAnswer stream(std::int64_t seen, std::optional<std::int64_t> usual_reasoning, std::int64_t thought_ms = 1000) {
    return {.sent = true,
            .streamed = true,
            .may_reason = true,
            .bills_when_aborted = false,
            .seen_tokens = seen,
            .thought_ms = thought_ms,
            .most_tokens = kMost,
            .usual_reasoning = usual_reasoning};
}

TEST(Abandoned, WhatWasNotSentWholeIsNotReadOnAndNotCharged) {
    AbandonedAnswer answer = stream(0, 500, 60'000);
    answer.sent = false;
    EXPECT_EQ(how_to_read_on(answer), ReadOn::not_at_all);
    EXPECT_EQ(unseen_tokens(answer), 0);
}

TEST(Abandoned, APlainAnswerIsReadOnToItsEnd) {
    AbandonedAnswer answer = stream(0, 0);
    answer.streamed = false;
    EXPECT_EQ(how_to_read_on(answer), ReadOn::to_its_end);
    answer.may_reason = false;
    EXPECT_EQ(how_to_read_on(answer), ReadOn::to_its_end);
}

TEST(Abandoned, AStreamThatIsBilledOnIsReadOnToItsEnd) {
    AbandonedAnswer answer = stream(10, 0);
    answer.bills_when_aborted = true;
    EXPECT_EQ(how_to_read_on(answer), ReadOn::to_its_end);
}

TEST(Abandoned, AStreamThatShowsAllIsClosed) {
    AbandonedAnswer answer = stream(10, std::nullopt, 60'000);
    answer.may_reason = false;
    EXPECT_EQ(how_to_read_on(answer), ReadOn::not_at_all);
    EXPECT_EQ(unseen_tokens(answer), 0);
    EXPECT_EQ(how_to_read_on(stream(10, 0)), ReadOn::not_at_all) << "learned: it never reasons";
    EXPECT_EQ(unseen_tokens(stream(10, 0, 60'000)), 0);
}

TEST(Abandoned, AStreamWhoseReasoningIsNotKnownIsReadOnToLearnIt) {
    EXPECT_EQ(how_to_read_on(stream(0, std::nullopt)), ReadOn::to_its_end);
    EXPECT_EQ(how_to_read_on(stream(10, std::nullopt)), ReadOn::to_its_end);
}

TEST(Abandoned, AStreamThatReasonedIsReadOnALittleAndOneThatThinksIsClosed) {
    EXPECT_EQ(how_to_read_on(stream(10, 500)), ReadOn::a_little);
    EXPECT_EQ(how_to_read_on(stream(0, 500)), ReadOn::not_at_all);
}

TEST(Abandoned, TheUsualReasoningIsCharged) { EXPECT_EQ(unseen_tokens(stream(10, 500)), 500); }

TEST(Abandoned, ReasoningThatTookLongIsChargedByItsTime) {
    EXPECT_EQ(unseen_tokens(stream(10, 500, 42'000)), 2000) << "40 s at 50 tokens a second";
    EXPECT_EQ(unseen_tokens(stream(10, std::nullopt, 42'000)), 2000);
    EXPECT_EQ(unseen_tokens(stream(10, std::nullopt, 2000)), 0) << "the time to read a prompt";
}

TEST(Abandoned, AStreamThatThinksIsChargedForNoMoreThanItsTimeAllows) {
    EXPECT_EQ(unseen_tokens(stream(0, 500, 100)), 20);
    EXPECT_EQ(unseen_tokens(stream(0, 500, 10'000)), 500);
}

TEST(Abandoned, NothingIsChargedBeyondTheBound) {
    EXPECT_EQ(unseen_tokens(stream(15'900, 500)), 100);
    EXPECT_EQ(unseen_tokens(stream(16'100, 500)), 0);
    EXPECT_EQ(unseen_tokens(stream(10, std::nullopt, 24LL * 3600 * 1000)), kMost - 10);
}

class AbandonedRequestTest : public HeldRequestTest {
  protected:
    AbandonedRequestTest() {
        request_.ask.body.stream = true;
        request_.attempt.sent_upstream = wire::Clock::now();
    }
    Ending counted(std::int64_t output) {
        return {.usage = {.prompt = 10, .completion = output},
                .source = UsageSource::counted,
                .finish_reason = {},
                .upstream_id = {}};
    }
    // An answer to request_ that the provider says reasoned so much.
    void teach(std::int64_t reasoning) {
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(take(held));
        held.settle({.usage = {.prompt = 10, .completion = reasoning + 5, .reasoning = reasoning},
                     .source = UsageSource::provider,
                     .finish_reason = "stop",
                     .upstream_id = {}});
        SlotIndex taken[1];
        ASSERT_EQ(slots_->take_settled(taken), 1u);
        slots_->mark_taken(taken[0], 1);
        slots_->release_committed(taken[0]);
    }
    void teach_all(std::int64_t reasoning) {
        for (std::uint32_t i = 0; i < OutputHistory::kLeastReasoningSamples; ++i) teach(reasoning);
    }
};

TEST_F(AbandonedRequestTest, WhatItReasonsIsLearnedOfTheOrganizationsOwnAnswers) {
    EXPECT_FALSE(abandoned_answer(request_, 5).usual_reasoning);
    request_.ask.body.output_bound = 1000;
    teach_all(40);
    EXPECT_EQ(abandoned_answer(request_, 5).usual_reasoning, 40);
    OrganizationCredit other{Id128{}};
    request_.principal.credit = &other;
    EXPECT_FALSE(abandoned_answer(request_, 5).usual_reasoning) << "another organization";
}

TEST_F(AbandonedRequestTest, TheUsualReasoningIsAddedToWhatWasCounted) {
    teach_all(40);
    const Ending ending = with_unseen(request_, counted(5));
    EXPECT_EQ(ending.usage.completion, 45);
    EXPECT_EQ(ending.usage.reasoning, 40);
    EXPECT_EQ(ending.source, UsageSource::estimated);
}

TEST_F(AbandonedRequestTest, TheProvidersFigureStands) {
    teach_all(40);
    Ending reported = counted(5);
    reported.source = UsageSource::provider;
    EXPECT_EQ(with_unseen(request_, reported).usage.completion, 5);
}

TEST_F(AbandonedRequestTest, TheBoundIsTheClientsTheGatewaysOrTheModels) {
    EXPECT_EQ(abandoned_answer(request_, 0).most_tokens, 100);
    request_.ask.body.choices = 3;
    EXPECT_EQ(abandoned_answer(request_, 0).most_tokens, 300);
    request_.ask.body.choices = 1;
    endpoint_.max_completion_tokens = 60;
    EXPECT_EQ(abandoned_answer(request_, 0).most_tokens, 60);
    request_.ask.body.output_bound = 0;
    EXPECT_EQ(abandoned_answer(request_, 0).most_tokens, 60);
    request_.terms.sent_output_bound = 50;
    EXPECT_EQ(abandoned_answer(request_, 0).most_tokens, 50);
    request_.ask.api = ApiType::embeddings;
    EXPECT_EQ(abandoned_answer(request_, 0).most_tokens, 0);
}

TEST_F(AbandonedRequestTest, AModelThatDoesNotReasonTeachesNothing) {
    model_.may_reason = false;
    teach_all(40);
    EXPECT_FALSE(organization_.usual_reasoning(1));
}

}  // namespace
}  // namespace tollgate
