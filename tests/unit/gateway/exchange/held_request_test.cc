// What a request holds, and that it settles exactly once whatever happens.
#include <boost/json.hpp>

#include "gateway/chat/dialect/prompt_measure.h"
#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

TEST_F(HeldRequestTest, TheHoldIsTakenAndTheCostReplacesIt) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
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
    EXPECT_EQ(request_.reply.cost, cost);
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.cost, cost);
    EXPECT_EQ(record.charged, cost);
    EXPECT_EQ(record.finish_reason, "stop");
    EXPECT_EQ(record.upstream_id, "c1");
    EXPECT_EQ(record.first_token_ms, -1);
}

TEST_F(HeldRequestTest, TheSlotHasWhatThePromptIsChargedIfNobodyElseSays) {
    request_.ask.body.prompt_extra_tokens = kTokensPerMessage + kTokensPerImage;
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    const auto opened = decode_opened(slots_->view(0).open);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->candidates[0].counted_prompt, 8 + kTokensPerMessage + kTokensPerImage) << "four bytes a token";
    EXPECT_EQ(request_.terms.counted_prompt_tokens, opened->candidates[0].counted_prompt);
    held.settle({});
}

// A prompt of 3000 bytes in one message, of which the provider says that it is 2000 tokens.
class LearnedPromptTest : public HeldRequestTest {
  protected:
    LearnedPromptTest() {
        endpoint_.prices = {};  // learning, not paying
        request_.ask.body.prompt_bytes = 3000;
        request_.ask.body.prompt_extra_tokens = kTokensPerMessage;
        ending_ = {.usage = {.prompt = 2000 + kTokensPerMessage, .completion = 5},
                   .source = UsageSource::provider,
                   .finish_reason = "stop",
                   .upstream_id = {}};
    }
    bool learns() {
        for (std::uint32_t i = 0; i < PromptHistory::kLeastSamples; ++i) {
            HeldRequest held(*slots_, 0, counters_);
            EXPECT_FALSE(take(held));
            held.settle(ending_);
            SlotIndex taken[1];
            EXPECT_EQ(slots_->take_settled(taken), 1u);
            slots_->mark_taken(taken[0], 1);
            slots_->release_committed(taken[0]);
        }
        return organization_.prompt_ratios(place_.number).has_value();
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

TEST_F(LearnedPromptTest, AFigureOfATenantsOwnServerTeachesNothing) {
    const OwnUse own;
    place_.own = &own;
    EXPECT_FALSE(learns());
}

TEST_F(LearnedPromptTest, AFigureOfZeroTeachesNothing) {
    ending_.usage.prompt = 0;
    EXPECT_FALSE(learns());
}

TEST_F(LearnedPromptTest, WhatIsNotTextTeachesNothing) {
    request_.ask.body.prompt_is_text = false;
    EXPECT_FALSE(learns());
}

TEST_F(LearnedPromptTest, ManySmallMessagesTeachNothing) {
    request_.ask.body.prompt_extra_tokens = 100 * kTokensPerMessage;
    ending_.usage.prompt += 99 * kTokensPerMessage;
    EXPECT_FALSE(learns());
}

TEST_F(HeldRequestTest, WhatNobodySettledIsSettledForNothing) {
    {
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(take(held));
    }
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    EXPECT_EQ(organization_.snapshot().used.value, 0);
    EXPECT_EQ(settled_record().source, UsageSource::none);
    EXPECT_EQ(counters_.held_requests.get(), 0u);
    EXPECT_EQ(counters_.holds_released.get(), 1u);
}

TEST_F(HeldRequestTest, AFreeEndingKeepsItsUsageOnRecord) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
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
    ASSERT_FALSE(take(held));
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
    ASSERT_FALSE(take(held));
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
    ASSERT_FALSE(take(held));
    held.settle({.usage = {.prompt = 10}, .source = UsageSource::provider, .finish_reason = "stop", .upstream_id = {}});
    held.void_leaked();
    EXPECT_EQ(counters_.holds_leaked.get(), 0u);
    EXPECT_EQ(organization_.snapshot().used.value, 1500);
}

TEST_F(HeldRequestTest, AHoldThatGrowsIsInTheSlot) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    ASSERT_TRUE(held.covers(90, config_));
    const NanoUsd grown = organization_.snapshot().held;
    EXPECT_GT(grown.value, 61'500);
    EXPECT_EQ(slots_->view(0).hold, static_cast<std::uint64_t>(grown.value));
    held.settle({});
}

TEST_F(HeldRequestTest, SettlingTwiceEndsTheProcess) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    const Ending ending{
        .usage = {.prompt = 10}, .source = UsageSource::provider, .finish_reason = {}, .upstream_id = {}};
    held.settle(ending);
    EXPECT_DEATH(held.settle(ending), "settled twice");
}

TEST_F(HeldRequestTest, ACostBeyondTheCreditIsAnOverrun) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    held.settle(
        {.usage = {.completion = 10'000'000}, .source = UsageSource::provider, .finish_reason = {}, .upstream_id = {}});
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.charged.value, kNanoPerUsd);
    EXPECT_EQ(record.overrun, record.cost - record.charged);
    EXPECT_EQ(organization_.snapshot().balance().value, 0);
    EXPECT_EQ(counters_.holds_overrun.get(), 1u);
}

TEST_F(HeldRequestTest, ShortageOfTheOrganizationSaysWhatIsNeeded) {
    request_.ask.body.output_bound = 10'000'000;
    HeldRequest held(*slots_, 0, counters_);
    const Error error = take(held);
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
        request_.ask.body.choices = choices;
        request_.ask.body.output_bound = 10'000'000;
        HeldRequest refused(*slots_, 0, counters_);
        const Error error = take(refused);
        const auto affordable =
            boost::json::parse("{" + error.detail().extra + "}").at("max_tokens_affordable").as_int64();
        EXPECT_GT(affordable, 0);
        request_.ask.body.output_bound = affordable;
        HeldRequest taken(*slots_, 0, counters_);
        EXPECT_FALSE(take(taken)) << affordable;
    }
}

TEST_F(HeldRequestTest, NothingIsAffordableWhereThePromptAloneIsTooMuch) {
    request_.ask.body.prompt_bytes = 1'000'000'000;
    HeldRequest held(*slots_, 0, counters_);
    const Error error = take(held);
    EXPECT_EQ(boost::json::parse("{" + error.detail().extra + "}").at("max_tokens_affordable").as_int64(), 0);
}

TEST_F(HeldRequestTest, ShortageOfTheKeyIsAnother) {
    key_.limits.budget = NanoUsd{1000};
    HeldRequest held(*slots_, 0, counters_);
    EXPECT_EQ(take(held).kind(), ErrorKind::key_limit_exceeded);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
}

TEST_F(HeldRequestTest, NoFreeSlotIsOverload) {
    std::vector<SlotIndex> taken;
    while (const auto slot = slots_->acquire(0)) taken.push_back(*slot);
    ASSERT_EQ(taken.size(), kSlots);
    HeldRequest one_more(*slots_, 0, counters_);
    EXPECT_EQ(take(one_more).kind(), ErrorKind::overloaded);
    for (const SlotIndex slot : taken) slots_->release_unopened(0, slot);
    EXPECT_FALSE(take(one_more));
}

TEST_F(HeldRequestTest, OneOrganizationLeavesSlotsToOthers) {
    std::vector<Exchange> requests(kSlots);
    std::vector<std::unique_ptr<HeldRequest>> running;
    Error refused;
    for (std::uint32_t i = 0; i < kSlots && !refused; ++i) {
        prepare(requests[i]);
        running.push_back(std::make_unique<HeldRequest>(*slots_, 0, counters_));
        refused = take(*running.back(), requests[i]);
    }
    EXPECT_EQ(refused.kind(), ErrorKind::overloaded);
    EXPECT_TRUE(slots_->acquire(0)) << "for another organization";
}

TEST_F(HeldRequestTest, AClientThatLeftIsRecordedAs499) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    request_.reply.cancelled = true;
    request_.reply.status = 200;
    held.settle({.usage = {.prompt = 1}, .source = UsageSource::counted, .finish_reason = {}, .upstream_id = {}});
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.http_status, 499);
    EXPECT_TRUE(record.cancelled);
}

// A second endpoint whose tokens cost other than the first one's.
class SeveralCandidatesTest : public HeldRequestTest {
  protected:
    void SetUp() override {
        other_.prices = {.prompt = 300'000, .completion = 2'400'000};
        other_provider_.name = "other";
    }
    Error take(HeldRequest& held) { return held.take(request_, candidates_, config_); }
    LeftOverSlot slot() { return slots_->view(0); }
    static Ending ending_of(std::int64_t prompt, std::int64_t completion) {
        Ending ending;
        ending.usage = {.prompt = prompt, .completion = completion};
        ending.source = UsageSource::provider;
        ending.finish_reason = "stop";
        return ending;
    }

    Endpoint other_;
    Provider other_provider_;
    CatalogueEndpoint other_place_{&model_, &other_, &other_provider_, 2};
    std::array<const CatalogueEndpoint*, 2> candidates_{&place_, &other_place_};
};

TEST_F(SeveralCandidatesTest, TheDearestIsHeld) {
    for (const bool dearest_last : {true, false}) {
        if (!dearest_last) std::swap(candidates_[0], candidates_[1]);
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(take(held));
        EXPECT_EQ(held.candidates(), 2u);
        EXPECT_EQ(organization_.snapshot().held, estimate_hold(request_, other_place_, config_).amount);
    }
}

TEST_F(SeveralCandidatesTest, TheAnsweringOneIsNamedAndItsPriceBilled) {
    for (const std::size_t answering : {std::size_t{0}, std::size_t{1}}) {
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(take(held));
        held.use(0);
        if (answering == 1) held.use(1);
        const NanoUsd cost = held.settle(ending_of(10, 20));
        EXPECT_EQ(cost.value, answering == 0 ? 10 * 150 + 20 * 600 : 10 * 300 + 20 * 2400);
        EXPECT_EQ(settled_record().candidate, answering);
        EXPECT_EQ(organization_.snapshot().held.value, 0);
    }
}

TEST_F(SeveralCandidatesTest, TheSlotSaysWhichIsInUseAndForgetsTheAttemptBefore) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    const auto opened = decode_opened(slot().open);
    ASSERT_TRUE(opened) << opened.error().message();
    ASSERT_EQ(opened->candidates.size(), 2u);
    EXPECT_EQ(opened->candidates[1].provider, "other");
    EXPECT_EQ(opened->candidates[1].prices.customer, other_.prices);
    held.use(0);
    held.progress(7);
    EXPECT_EQ(slot().candidate, 0);
    EXPECT_EQ(slot().progress, 7u);
    held.use(1);
    EXPECT_EQ(slot().candidate, 1);
    EXPECT_EQ(slot().progress, 0u);
    held.progress(9);
    EXPECT_EQ(slot().candidate, 1);
    EXPECT_EQ(slot().progress, 9u);
}

TEST_F(SeveralCandidatesTest, ACheaperOneGivesMoreOutputForTheSameHold) {
    request_.ask.body.stream = true;
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    held.use(0);  // a quarter of the other's price
    EXPECT_TRUE(held.covers(250, config_));
    EXPECT_EQ(counters_.holds_grown.get(), 0u);
    held.use(1);
    EXPECT_TRUE(held.covers(90, config_));
    EXPECT_EQ(counters_.holds_grown.get(), 1u) << "only the hundred tokens it asked for are held";
}

TEST_F(SeveralCandidatesTest, ABoundIsSentOnlyToTheOneThatNeedsIt) {
    request_.ask.body.output_bound = 0;
    request_.ask.body.choices = 1;
    other_.max_completion_tokens = 100;  // keeps its answers short by itself
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    held.use(0);
    const std::int64_t sent_to_first = request_.terms.sent_output_bound;
    held.use(1);
    EXPECT_EQ(request_.terms.sent_output_bound, 0);
    held.use(0);
    EXPECT_EQ(request_.terms.sent_output_bound, sent_to_first);
}

TEST_F(SeveralCandidatesTest, WhatCostsNothingIsNotBounded) {
    request_.ask.body.output_bound = 0;
    endpoint_.prices = {.prompt = 150'000};
    other_.prices = {};
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    for (const std::size_t candidate : {0, 1}) {
        held.use(candidate);
        EXPECT_EQ(request_.terms.sent_output_bound, 0) << candidate;
        EXPECT_TRUE(held.covers(10'000'000, config_)) << candidate;
    }
}

TEST_F(HeldRequestTest, WithoutCreditWhatCostsNothingIsNotBounded) {
    organization_.grant({-kNanoPerUsd});
    endpoint_.prices = {};
    request_.ask.body.output_bound = 0;
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    EXPECT_EQ(request_.terms.sent_output_bound, 0);
}

TEST_F(SeveralCandidatesTest, ARefusalSaysWhatTheDearestNeeds) {
    organization_.grant(NanoUsd{estimate_hold(request_, place_, config_).amount.value - kNanoPerUsd});
    HeldRequest held(*slots_, 0, counters_);
    const Error error = take(held);
    EXPECT_EQ(error.kind(), ErrorKind::insufficient_credits);
    EXPECT_NE(error.detail().extra.find(to_usd(estimate_hold(request_, other_place_, config_).amount)),
              std::string::npos)
        << error.detail().extra;
}

TEST_F(SeveralCandidatesTest, UsingOneThatTheHoldDoesNotCoverAborts) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    EXPECT_DEATH(held.use(2), "does not cover");
}

}  // namespace
}  // namespace tollgate
