// How much a request is to hold, and what becomes of one that names no bound.
#include "gateway/exchange/hold_estimate.h"

#include "gateway/chat/dialect/prompt_measure.h"
#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

TEST_F(HeldRequestTest, EstimateRoundsThePromptUpAndAddsWhatIsNoText) {
    EXPECT_EQ(estimate().prompt_tokens, 10);
    request_.ask.body.prompt_bytes = 31;
    EXPECT_EQ(estimate().prompt_tokens, 11);
    request_.ask.body.prompt_extra_tokens = 8;
    EXPECT_EQ(estimate().prompt_tokens, 19);
    config_.bytes_per_prompt_token = 1;
    EXPECT_EQ(estimate().prompt_tokens, 39);
    request_.ask.body.prompt_bytes = 0;
    EXPECT_EQ(estimate().prompt_tokens, 8);
}

TEST_F(HeldRequestTest, ThePromptIsCountedByFourBytesATokenAndWhatIsNoText) {
    request_.ask.body.prompt_bytes = 33;
    request_.ask.body.prompt_extra_tokens = kTokensPerMessage + kTokensPerImage;
    EXPECT_EQ(estimate().counted_prompt_tokens, 9 + kTokensPerMessage + kTokensPerImage);
    config_.bytes_per_prompt_token = 1;
    EXPECT_EQ(estimate().counted_prompt_tokens, 9 + kTokensPerMessage + kTokensPerImage);
}

TEST_F(HeldRequestTest, WhatWasLearnedNeverLowersTheHold) {
    for (std::uint32_t i = 0; i < 960; ++i) teach_prompt(12'000, 2400);
    request_.ask.body.prompt_bytes = 12'000;
    EXPECT_EQ(estimate().prompt_tokens, 4000) << "a byte in three, as configured: the next text may be denser";
    EXPECT_EQ(estimate().counted_prompt_tokens, 2400);
    config_.bytes_per_prompt_token = 8;
    EXPECT_NEAR(static_cast<double>(estimate().prompt_tokens), 2400, 100);
}

TEST_F(HeldRequestTest, WhatWasLearnedOfTheOrganizationTakesTheirPlace) {
    for (std::uint32_t i = 0; i < 960; ++i) teach_prompt(12'000, i % 40 == 0 ? 12'000 : 6000);
    request_.ask.body.prompt_bytes = 12'000;
    request_.ask.body.prompt_extra_tokens = 8;
    EXPECT_EQ(estimate().prompt_tokens, 12'000 + 8) << "the p99";
    EXPECT_EQ(estimate().counted_prompt_tokens, 6150 + 8) << "the mean";
    EXPECT_EQ(estimate().amount.value, 12'008 * 150 + 100 * 600);
}

TEST_F(HeldRequestTest, NoPromptIsLongerThanTheContext) {
    request_.ask.body.prompt_bytes = 1'000'000;
    request_.ask.body.prompt_extra_tokens = 150'000;
    endpoint_.context_length = 128'000;
    EXPECT_EQ(estimate().prompt_tokens, 128'000);
    EXPECT_EQ(estimate().counted_prompt_tokens, 128'000);
    endpoint_.context_length = 0;
    EXPECT_GT(estimate().prompt_tokens, 400'000) << "unknown";
}

TEST_F(HeldRequestTest, EstimateTakesTheBoundTheDefaultOrTheModelsLimit) {
    EXPECT_EQ(estimate().output_tokens, 100);
    endpoint_.max_completion_tokens = 60;
    EXPECT_EQ(estimate().output_tokens, 60);
    request_.ask.body.output_bound = 0;
    EXPECT_EQ(estimate().output_tokens, 60);
    endpoint_.max_completion_tokens = 0;
    EXPECT_EQ(estimate().output_tokens, config_.default_output_tokens);
    request_.ask.body.choices = 3;
    EXPECT_EQ(estimate().output_tokens, 3 * config_.default_output_tokens);
    request_.ask.api = ApiType::embeddings;
    EXPECT_EQ(estimate().output_tokens, 0);
}

TEST_F(HeldRequestTest, ABoundThatTheApiDoesNotTakeIsRaised) {
    request_.ask.body.output_bound = 5;
    EXPECT_EQ(estimate().output_tokens, 5);
    provider_.dialect = &responses_upstream();
    EXPECT_EQ(estimate().output_tokens, 16);
    request_.ask.api = ApiType::responses;
    EXPECT_EQ(estimate().output_tokens, 5) << "it passes as it is";
}

TEST_F(HeldRequestTest, EstimateIsThePriceOfBoth) {
    EXPECT_EQ(estimate().amount.value, 10 * 150 + 100 * 600);
    endpoint_.prices.per_request = 1'000'000;
    EXPECT_EQ(estimate().amount.value, 10 * 150 + 100 * 600 + 1000);
}

TEST_F(HeldRequestTest, EstimateCoversAPromptThatTheProviderCaches) {
    endpoint_.prices.cache_write = 187'500;
    EXPECT_EQ(estimate().amount, cost_of({.prompt = 10, .completion = 100, .cache_write = 10}, endpoint_.prices));
}

TEST_F(HeldRequestTest, LargestBodyDoesNotOverflow) {
    request_.ask.body.output_bound = 100'000'000;
    request_.ask.body.choices = 128;
    request_.ask.body.prompt_bytes = 1 << 30;
    endpoint_.prices = {.prompt = 1'000'000'000'000, .completion = 1'000'000'000'000};
    EXPECT_GT(estimate().amount.value, 0);
}

// A plain chat without a bound, of a model that answers in at most 10,000 tokens.
class UnboundedTest : public HeldRequestTest {
  protected:
    UnboundedTest() {
        request_.ask.body.output_bound = 0;
        config_.default_output_tokens = 1000;
        endpoint_.max_completion_tokens = 10'000;
    }
    void leave(std::int64_t nano) { organization_.grant({nano - kNanoPerUsd}); }
    // What the gateway tells the provider for a request that is taken, and what it holds for it.
    std::int64_t sent_bound() {
        request_.terms.sent_output_bound = 0;
        HeldRequest held(*slots_, 0, counters_);
        EXPECT_FALSE(take(held));
        held_ = organization_.snapshot().held.value;
        settle(held, 1, "stop");
        return request_.terms.sent_output_bound;
    }
    void settle(HeldRequest& held, std::int64_t output, std::string_view reason) {
        held.settle({.usage = {.prompt = 10, .completion = output},
                     .source = UsageSource::provider,
                     .finish_reason = reason,
                     .upstream_id = {}});
        SlotIndex taken[1];
        ASSERT_EQ(slots_->take_settled(taken), 1u);
        slots_->mark_taken(taken[0], 1);
        slots_->release_committed(taken[0]);
    }
    std::int64_t held_ = 0;
};

constexpr std::int64_t kPrompt = 10 * 150;  // nano-USD of the fixture's prompt
constexpr std::int64_t kLongest = 10'000 * 600;
constexpr std::int64_t kUsual = 1000 * 600;

TEST_F(UnboundedTest, TheLongestAnswerIsHeldWhereItIsASmallPart) {
    leave(16 * (kPrompt + kLongest));
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt + kLongest);
}

TEST_F(UnboundedTest, ElseAsMuchOfItAsIsASmallPartAndTheProviderIsToldToStayWithinIt) {
    leave(16 * (kPrompt + kLongest) - 1);
    EXPECT_EQ(sent_bound(), 9999);
    EXPECT_EQ(held_, kPrompt + kLongest - 1);
    leave(kNanoPerUsd - 16 * kLongest + 16 * 5000 * 600);
    EXPECT_NEAR(static_cast<double>(sent_bound()), 5000, 10);
}

TEST_F(UnboundedTest, AtLeastTheUsualOne) {
    leave(kPrompt + kUsual);
    EXPECT_EQ(sent_bound(), 1000);
    EXPECT_EQ(held_, kPrompt + kUsual);
}

TEST_F(UnboundedTest, AStreamOfAModelThatMayReasonHasTheBoundToo) {
    leave(2 * (kPrompt + kUsual));
    request_.ask.body.stream = true;
    EXPECT_EQ(sent_bound(), 1000);
    EXPECT_EQ(held_, kPrompt + kUsual);
    request_.ask.body.choices = 2;
    leave(kNanoPerUsd + 2 * kUsual);
    EXPECT_EQ(sent_bound(), 1000) << "of each choice";
}

TEST_F(UnboundedTest, EveryChoiceIsHeldForAndHasTheBound) {
    leave(16 * (kPrompt + 3 * kUsual));
    request_.ask.body.choices = 3;
    EXPECT_EQ(sent_bound(), 1000);
    EXPECT_EQ(held_, kPrompt + 3 * kUsual);
}

TEST_F(UnboundedTest, ABoundOfTheClientOrAStreamThatShowsAllIsLeftAlone) {
    leave(2 * (kPrompt + kUsual));
    request_.ask.body.output_bound = 500;
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt + 500 * 600);
    request_.ask.body.output_bound = 0;
    request_.ask.body.stream = true;  // grows its hold, or is cut
    model_.may_reason = false;
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt + kUsual);
    request_.ask.body.stream = false;
    endpoint_.max_completion_tokens = 1000;  // the usual is the longest
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt + kUsual);
}

TEST_F(UnboundedTest, TheContextBoundsTheLongestAnswerAndTheBoundFitsBesideThePrompt) {
    leave(2 * (kPrompt + kUsual));
    endpoint_.context_length = 900;
    EXPECT_EQ(sent_bound(), 0) << "no answer is longer";
    EXPECT_EQ(held_, kPrompt + 900 * 600);
    endpoint_.context_length = 1400;
    EXPECT_EQ(sent_bound(), 1000);
    request_.ask.body.prompt_bytes = 4 * 644;
    EXPECT_EQ(sent_bound(), 756);
    request_.ask.body.prompt_bytes = 4 * 1144;
    EXPECT_EQ(sent_bound(), 256);
    request_.ask.body.prompt_bytes = 4 * 1145;
    EXPECT_EQ(sent_bound(), 0) << "little more than the prompt fits: the context keeps it short";
    EXPECT_EQ(held_, 1400 * 150 + kUsual) << "no prompt is longer than the context";
    request_.ask.body.prompt_bytes = 30;
    leave(16 * (kPrompt + 1400 * 600) + 10 * kNanoPerUsd);
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt + 1400 * 600);
}

TEST_F(UnboundedTest, AModelOfUnknownLengthIsTakenToAnswerUpToTheMostThatIsLearned) {
    endpoint_.max_completion_tokens = 0;
    config_.max_learned_output_tokens = 2000;
    leave(16 * (kPrompt + 2 * kUsual));
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt + 2 * kUsual);
    EXPECT_EQ(sent_bound(), 1999) << "the last answer's cost is missing now";
}

TEST_F(UnboundedTest, ACompletionIsToldItsOwnDefaultSoThatItIsNeverMadeLonger) {
    leave(kPrompt + kUsual);
    request_.ask.api = ApiType::completions;
    EXPECT_EQ(sent_bound(), 16);
    EXPECT_GE(held_, kPrompt + 16 * 600);
}

TEST_F(UnboundedTest, AnEmbeddingHasNoOutputToBound) {
    leave(kPrompt);
    request_.ask.api = ApiType::embeddings;
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt);
}

TEST_F(UnboundedTest, AnswersThatTheBoundCutRaiseIt) {
    leave(2 * kUsual);
    config_.default_output_tokens = 512;
    for (std::uint32_t i = 0; i < OutputHistory::kLeastSamples; ++i) {
        HeldRequest held(*slots_, 0, counters_);
        request_.terms.sent_output_bound = 0;
        ASSERT_FALSE(take(held));
        ASSERT_EQ(request_.terms.sent_output_bound, 512) << i;
        endpoint_.prices = {};  // learning, not paying
        settle(held, 512, "length");
        endpoint_.prices = {.prompt = 150'000, .completion = 600'000};
    }
    EXPECT_GT(sent_bound(), 512);
}

TEST_F(UnboundedTest, ABoundOfSeveralChoicesOrOfCompletionsTeachesNothing) {
    leave(10 * kUsual);
    for (const bool completions : {true, false}) {
        request_.ask.api = completions ? ApiType::completions : ApiType::chat;
        request_.ask.body.choices = completions ? 1 : 2;
        for (std::uint32_t i = 0; i < OutputHistory::kLeastSamples; ++i) {
            HeldRequest held(*slots_, 0, counters_);
            ASSERT_FALSE(take(held));
            ASSERT_GT(request_.terms.sent_output_bound, 0);
            endpoint_.prices = {};
            settle(held, 17, i % 2 == 0 ? "length" : "stop");
            endpoint_.prices = {.prompt = 150'000, .completion = 600'000};
        }
    }
    EXPECT_FALSE(organization_.usual_output(1));
}

TEST_F(UnboundedTest, AnswersThatSomethingElseCutTeachNothing) {
    leave(10 * kUsual);
    endpoint_.prices.completion = 1000;  // plenty: no bound is sent
    for (std::uint32_t i = 0; i < 2 * OutputHistory::kLeastSamples; ++i) {
        HeldRequest held(*slots_, 0, counters_);
        request_.terms.sent_output_bound = 0;
        ASSERT_FALSE(take(held));
        ASSERT_EQ(request_.terms.sent_output_bound, 0);
        settle(held, 5, "length");
    }
    EXPECT_FALSE(organization_.usual_output(1));
}

// Its hold grows as it is heard; only what is thought is not.
TEST_F(UnboundedTest, AResponseOfASessionHoldsTheUsualLengthAndIsToldNoBound) {
    request_.ask.api = ApiType::realtime;
    model_.may_reason = false;
    leave(2 * kUsual);
    EXPECT_EQ(sent_bound(), 0);
    EXPECT_EQ(held_, kPrompt + kUsual);
    endpoint_.prices.completion = 1000;  // plenty is left
    model_.may_reason = true;
    EXPECT_EQ(estimate().output_tokens, 10'000) << "nobody knows how much it thinks";
    for (std::uint32_t i = 0; i < OutputHistory::kLeastSamples; ++i) {
        model_.may_reason = false;
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(take(held));
        settle(held, 300, "stop");
    }
    model_.may_reason = true;
    EXPECT_LT(estimate().output_tokens, 1000);
}

TEST_F(UnboundedTest, ACancelledResponseSaysNothingOfTheUsualLength) {
    leave(10 * kLongest);
    request_.ask.api = ApiType::realtime;
    for (std::uint32_t i = 0; i < 2 * OutputHistory::kLeastSamples; ++i) {
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(take(held));
        settle(held, 5, "cancelled");
    }
    EXPECT_FALSE(organization_.usual_output(1));
}

}  // namespace
}  // namespace tollgate
