// What a request holds, and that it settles exactly once whatever happens.
#include <boost/json.hpp>

#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

TEST_F(HeldRequestTest, TheHoldIsTakenAndTheCostReplacesIt) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    EXPECT_TRUE(held.taken());
    EXPECT_EQ(organization_.snapshot().held.value, 61'500);
    const NanoUsd cost = held.settle({.usage = {.prompt = 10, .completion = 5},
                                      .source = UsageSource::provider,
                                      .finish_reason = "stop",
                                      .upstream_id = "c1"});
    EXPECT_EQ(cost.value, 10 * 150 + 5 * 600);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    EXPECT_EQ(organization_.snapshot().used, cost);
    EXPECT_FALSE(held.taken());
    EXPECT_EQ(slots_->awaiting_journal(), 1u);
    EXPECT_EQ(request_.cost, cost);
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.cost, cost);
    EXPECT_EQ(record.charged, cost);
    EXPECT_EQ(record.finish_reason, "stop");
    EXPECT_EQ(record.upstream_id, "c1");
    EXPECT_EQ(record.first_token_ms, -1);
}

TEST_F(HeldRequestTest, TheSlotHasWhatThePromptIsChargedIfNobodyElseSays) {
    request_.body.prompt_extra_tokens = kTokensPerMessage + kTokensPerImage;
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    const auto opened = decode_opened(slots_->view(0).open);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->counted_prompt, 8 + kTokensPerMessage + kTokensPerImage) << "four bytes a token";
    EXPECT_EQ(request_.counted_prompt_tokens, opened->counted_prompt);
    held.settle({});
}

// A prompt of 3000 bytes in one message, of which the provider says that it is 2000 tokens.
class LearnedPromptTest : public HeldRequestTest {
  protected:
    LearnedPromptTest() {
        endpoint_.prices = {};  // learning, not paying
        request_.body.prompt_bytes = 3000;
        request_.body.prompt_extra_tokens = kTokensPerMessage;
        ending_ = {.usage = {.prompt = 2000 + kTokensPerMessage, .completion = 5},
                   .source = UsageSource::provider,
                   .finish_reason = "stop",
                   .upstream_id = {}};
    }
    bool learns() {
        for (std::uint32_t i = 0; i < PromptHistory::kLeastSamples; ++i) {
            HeldRequest held(*slots_, 0, counters_);
            EXPECT_FALSE(held.take(request_, config_));
            held.settle(ending_);
            SlotIndex taken[1];
            EXPECT_EQ(slots_->take_settled(taken), 1u);
            slots_->mark_taken(taken[0], 1);
            slots_->release_committed(taken[0]);
        }
        return place_.prompts->learned().has_value();
    }
    Ending ending_;
};

TEST_F(LearnedPromptTest, SettlementsWithTheProvidersFigureTeach) {
    EXPECT_EQ(estimate().prompt_tokens, 1000 + kTokensPerMessage);
    ASSERT_TRUE(learns());
    EXPECT_EQ(estimate().counted_prompt_tokens, 2000 + kTokensPerMessage);
    EXPECT_GE(estimate().prompt_tokens, 2000 + kTokensPerMessage);
    EXPECT_LE(estimate().prompt_tokens, 2000 + kTokensPerMessage + 3000 / 128 + 1);
}

TEST_F(LearnedPromptTest, OurOwnCountTeachesNothing) {
    ending_.source = UsageSource::counted;
    EXPECT_FALSE(learns());
}

TEST_F(LearnedPromptTest, AContradictoryFigureTeachesNothing) {
    ending_.usage_contradictory = true;
    EXPECT_FALSE(learns());
}

TEST_F(LearnedPromptTest, AFigureOfZeroTeachesNothing) {
    ending_.usage.prompt = 0;
    EXPECT_FALSE(learns());
}

TEST_F(LearnedPromptTest, WhatIsNotTextTeachesNothing) {
    request_.body.prompt_is_text = false;
    EXPECT_FALSE(learns());
}

TEST_F(LearnedPromptTest, ManySmallMessagesTeachNothing) {
    request_.body.prompt_extra_tokens = 100 * kTokensPerMessage;
    ending_.usage.prompt += 99 * kTokensPerMessage;
    EXPECT_FALSE(learns());
}

TEST_F(HeldRequestTest, WhatNobodySettledIsSettledForNothing) {
    {
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(held.take(request_, config_));
    }
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    EXPECT_EQ(organization_.snapshot().used.value, 0);
    EXPECT_EQ(settled_record().source, UsageSource::none);
    EXPECT_EQ(counters_.held_requests.get(), 0u);
    EXPECT_EQ(counters_.holds_released.get(), 1u);
}

TEST_F(HeldRequestTest, AFreeEndingKeepsItsUsageOnRecord) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    EXPECT_EQ(held.settle({.usage = {.prompt = 10},
                           .source = UsageSource::provider,
                           .charge = false,
                           .finish_reason = {},
                           .upstream_id = {}})
                  .value,
              0);
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.cost.value, 0);
    EXPECT_EQ(record.provider_cost.value, 1500);
    EXPECT_EQ(record.usage.prompt, 10);
}

TEST_F(HeldRequestTest, WhatTheProviderChargesIsKeptApartFromTheCharge) {
    endpoint_.provider_prices = Prices{.prompt = 100'000, .completion = 700'000};
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    held.settle({.usage = {.prompt = 10, .completion = 5},
                 .source = UsageSource::provider,
                 .finish_reason = {},
                 .upstream_id = {}});
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.charged.value, 10 * 150 + 5 * 600);
    EXPECT_EQ(record.provider_cost.value, 10 * 100 + 5 * 700);
}

TEST_F(HeldRequestTest, ALeakedHoldIsVoidedOnceAndCounted) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    held.void_leaked();
    EXPECT_FALSE(held.taken());
    EXPECT_EQ(counters_.holds_leaked.get(), 1u);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    held.void_leaked();
    held.settle({.usage = {.prompt = 10}, .source = UsageSource::provider, .finish_reason = {}, .upstream_id = {}});
    EXPECT_EQ(counters_.holds_leaked.get(), 1u);
    EXPECT_EQ(counters_.holds_released.get(), 1u);
    EXPECT_EQ(organization_.snapshot().used.value, 0);
    EXPECT_EQ(settled_record().error, "internal_error");
    EXPECT_EQ(slots_->in_use(), 1u) << "one settlement for the journal, not two";
}

TEST_F(HeldRequestTest, ASettledRequestIsNotVoided) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    held.settle({.usage = {.prompt = 10}, .source = UsageSource::provider, .finish_reason = "stop", .upstream_id = {}});
    held.void_leaked();
    EXPECT_EQ(counters_.holds_leaked.get(), 0u);
    EXPECT_EQ(organization_.snapshot().used.value, 1500);
}

TEST_F(HeldRequestTest, AHoldThatGrowsIsInTheSlot) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    ASSERT_TRUE(held.covers(90, config_));
    const NanoUsd grown = organization_.snapshot().held;
    EXPECT_GT(grown.value, 61'500);
    EXPECT_EQ(slots_->view(0).hold, static_cast<std::uint64_t>(grown.value));
    held.settle({});
}

TEST_F(HeldRequestTest, SettlingTwiceEndsTheProcess) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    const Ending ending{
        .usage = {.prompt = 10}, .source = UsageSource::provider, .finish_reason = {}, .upstream_id = {}};
    held.settle(ending);
    EXPECT_DEATH(held.settle(ending), "settled twice");
}

TEST_F(HeldRequestTest, ACostBeyondTheCreditIsAnOverrun) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    held.settle(
        {.usage = {.completion = 10'000'000}, .source = UsageSource::provider, .finish_reason = {}, .upstream_id = {}});
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.charged.value, kNanoPerUsd);
    EXPECT_EQ(record.overrun, record.cost - record.charged);
    EXPECT_EQ(organization_.snapshot().balance().value, 0);
    EXPECT_EQ(counters_.holds_overrun.get(), 1u);
}

TEST_F(HeldRequestTest, ShortageOfTheOrganizationSaysWhatIsNeeded) {
    request_.body.output_bound = 10'000'000;
    HeldRequest held(*slots_, 0, counters_);
    const Error error = held.take(request_, config_);
    ASSERT_EQ(error.kind(), ErrorKind::insufficient_credits);
    EXPECT_FALSE(held.taken());
    EXPECT_EQ(slots_->in_use(), 0u);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    EXPECT_EQ(counters_.holds_refused.get(), 1u);
    const auto extra = boost::json::parse("{" + error.detail().extra + "}");
    EXPECT_DOUBLE_EQ(extra.at("needed").as_double(), 6.0000015);
    EXPECT_EQ(extra.at("available").as_int64(), 1);
}

TEST_F(HeldRequestTest, ARequestForTheAffordableTokensIsTaken) {
    for (const std::int64_t choices : {1, 4}) {
        SCOPED_TRACE(choices);
        request_.body.choices = choices;
        request_.body.output_bound = 10'000'000;
        HeldRequest refused(*slots_, 0, counters_);
        const Error error = refused.take(request_, config_);
        const auto affordable =
            boost::json::parse("{" + error.detail().extra + "}").at("max_tokens_affordable").as_int64();
        EXPECT_GT(affordable, 0);
        request_.body.output_bound = affordable;
        HeldRequest taken(*slots_, 0, counters_);
        EXPECT_FALSE(taken.take(request_, config_)) << affordable;
    }
}

TEST_F(HeldRequestTest, NothingIsAffordableWhereThePromptAloneIsTooMuch) {
    request_.body.prompt_bytes = 1'000'000'000;
    HeldRequest held(*slots_, 0, counters_);
    const Error error = held.take(request_, config_);
    EXPECT_EQ(boost::json::parse("{" + error.detail().extra + "}").at("max_tokens_affordable").as_int64(), 0);
}

TEST_F(HeldRequestTest, ShortageOfTheKeyIsAnother) {
    key_.limits.budget = NanoUsd{1000};
    HeldRequest held(*slots_, 0, counters_);
    EXPECT_EQ(held.take(request_, config_).kind(), ErrorKind::key_limit_exceeded);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
}

TEST_F(HeldRequestTest, NoFreeSlotIsOverload) {
    std::vector<RequestContext> requests(kSlots + 1);
    std::vector<std::unique_ptr<HeldRequest>> running;
    for (std::uint32_t i = 0; i < kSlots; ++i) {
        prepare(requests[i]);
        running.push_back(std::make_unique<HeldRequest>(*slots_, 0, counters_));
        ASSERT_FALSE(running.back()->take(requests[i], config_));
    }
    EXPECT_EQ(counters_.held_requests.get(), kSlots);
    prepare(requests[kSlots]);
    HeldRequest one_more(*slots_, 0, counters_);
    EXPECT_EQ(one_more.take(requests[kSlots], config_).kind(), ErrorKind::overloaded);
}

TEST_F(HeldRequestTest, AClientThatLeftIsRecordedAs499) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(held.take(request_, config_));
    request_.cancelled = true;
    request_.status = 200;
    held.settle({.usage = {.prompt = 1}, .source = UsageSource::counted, .finish_reason = {}, .upstream_id = {}});
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.http_status, 499);
    EXPECT_TRUE(record.cancelled);
}

}  // namespace
}  // namespace tollgate
