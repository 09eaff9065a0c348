// What becomes of a request whose hold is used up: it grows to the last token that credit and budgets pay for, then is
// cut, or owes.
#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

// A stream whose hold is of 100 tokens, with credit or a budget of `tokens` output tokens beside its prompt.
class ExhaustedTest : public HeldRequestTest {
  protected:
    static constexpr std::int64_t kToken = 600;  // nano-USD
    static constexpr std::int64_t kPrompt = 10 * 150;

    void limit_key(std::int64_t tokens) { key_.limits.budget = NanoUsd{kPrompt + tokens * kToken}; }
    void limit_credit(std::int64_t tokens) {
        (void)organization_.take_back({kNanoPerUsd});
        organization_.grant({kPrompt + tokens * kToken});
    }
    // The last number of tokens up to `most` that is covered.
    std::int64_t stream(HeldRequest& held, std::int64_t most) {
        for (std::int64_t tokens = 1; tokens <= most; ++tokens) {
            if (!held.covers(tokens, config_)) return tokens - 1;
        }
        return most;
    }
    RequestSettled settle(HeldRequest& held, std::int64_t tokens) {
        held.settle({.usage = {.prompt = 10, .completion = tokens},
                     .source = UsageSource::provider,
                     .finish_reason = "stop",
                     .upstream_id = {}});
        return settled_record();
    }
    HeldRequest held_{*slots_, 0, counters_};
};

TEST_F(ExhaustedTest, AStreamIsCutWhenNothingIsLeft) {
    limit_credit(5000);
    ASSERT_FALSE(take(held_));
    EXPECT_EQ(stream(held_, 10'000), 5000) << "slices are larger than what is left at last";
    EXPECT_EQ(held_.covered_output(), 5000);
    EXPECT_EQ(held_.cut_by(), ErrorKind::insufficient_credits);
    EXPECT_EQ(settle(held_, 5000).overrun.value, 0);
    EXPECT_EQ(organization_.snapshot().balance().value, 0);
}

TEST_F(ExhaustedTest, ABudgetCutsAsCreditDoes) {
    limit_key(5000);
    ASSERT_FALSE(take(held_));
    EXPECT_EQ(stream(held_, 10'000), 5000);
    EXPECT_EQ(held_.cut_by(), ErrorKind::key_limit_exceeded);
    EXPECT_EQ(settle(held_, 5000).charged, *key_.limits.budget);
}

TEST_F(ExhaustedTest, OneReadMayBringMoreThanASlice) {
    limit_credit(5000);
    ASSERT_FALSE(take(held_));
    EXPECT_TRUE(held_.covers(4900, config_));
    EXPECT_EQ(organization_.snapshot().held.value, kPrompt + 4900 * kToken);
    EXPECT_FALSE(held_.covers(5100, config_));
    EXPECT_EQ(held_.covered_output(), 5000);
    settle(held_, 5000);
}

TEST_F(ExhaustedTest, WhatIsOwedBeyondABudgetIsNotCharged) {
    config_.on_exhausted = OnExhausted::owe;
    config_.overdraft_cap = NanoUsd{200 * kToken};
    limit_key(1000);
    ASSERT_FALSE(take(held_));
    EXPECT_EQ(stream(held_, 1150), 1150);
    const RequestSettled record = settle(held_, 1150);
    EXPECT_EQ(record.charged, *key_.limits.budget);
    EXPECT_EQ(key_.spent.total, *key_.limits.budget);
    EXPECT_EQ(organization_.snapshot().used, *key_.limits.budget);
    EXPECT_EQ(record.overrun.value, 150 * kToken);
}

TEST_F(ExhaustedTest, WhatIsOwedBeyondTheCreditIsNotCharged) {
    config_.on_exhausted = OnExhausted::owe;
    config_.overdraft_cap = NanoUsd{200 * kToken};
    limit_credit(1000);
    ASSERT_FALSE(take(held_));
    EXPECT_EQ(stream(held_, 1150), 1150);
    EXPECT_EQ(settle(held_, 1150).overrun.value, 150 * kToken);
    EXPECT_EQ(organization_.snapshot().balance().value, 0);
}

TEST_F(ExhaustedTest, TheCapEndsWhatMayBeOwed) {
    config_.on_exhausted = OnExhausted::owe;
    config_.overdraft_cap = NanoUsd{200 * kToken};
    for (const bool by_budget : {true, false}) {
        Exchange request;
        prepare(request);
        HeldRequest held(*slots_, 0, counters_);
        by_budget ? limit_key(1000) : limit_credit(1000);
        ASSERT_FALSE(take(held, request));
        EXPECT_EQ(stream(held, 10'000), 1200);
        EXPECT_EQ(held.covered_output(), 1200);
        EXPECT_EQ(settle(held, 1200).overrun, config_.overdraft_cap);
        key_.limits = {};
        key_.spent = {};
    }
}

TEST_F(ExhaustedTest, AnOrganizationsOwnPolicyComesFirst) {
    const auto own = std::make_shared<OrganizationPolicy>();
    own->on_exhausted = OnExhausted::owe;
    own->overdraft_cap = NanoUsd{50 * kToken};
    request_.principal.policy = own;
    limit_credit(1000);
    ASSERT_FALSE(take(held_));
    EXPECT_EQ(stream(held_, 10'000), 1050);
    EXPECT_EQ(settle(held_, 1050).overrun.value, 50 * kToken);
}

TEST_F(ExhaustedTest, HiddenReasoningTakesWhatIsThereThenOverruns) {
    for (const bool by_budget : {true, false}) {
        Exchange request;
        prepare(request);
        HeldRequest held(*slots_, 0, counters_);
        by_budget ? limit_key(1000) : limit_credit(1000);
        ASSERT_FALSE(take(held, request));
        EXPECT_TRUE(held.covers(10, config_)) << "ten were seen; the final usage tells of the rest";
        const RequestSettled record = settle(held, 1300);
        EXPECT_EQ(record.charged.value, kPrompt + 1000 * kToken);
        EXPECT_EQ(record.overrun.value, 300 * kToken);
        key_.limits = {};
        key_.spent = {};
    }
}

TEST_F(ExhaustedTest, WhatACutAnswerWasGivenBeyondItsHoldIsAtTheProvidersPrice) {
    ASSERT_FALSE(take(held_));
    held_.settle({.usage = {.prompt = 10, .completion = 100},
                  .source = UsageSource::counted,
                  .unbilled_output = 7,
                  .finish_reason = "length",
                  .upstream_id = {}});
    const RequestSettled record = settled_record();
    EXPECT_EQ(record.cost.value, kPrompt + 100 * kToken);
    EXPECT_EQ(record.provider_cost.value, kPrompt + 107 * kToken);
}

TEST_F(ExhaustedTest, WhatIsHeldBeyondWhatTheClientWasToldIsGivenBackAtOnce) {
    ASSERT_FALSE(take(held_));
    const NanoUsd held = organization_.snapshot().held, told{kPrompt + 20 * kToken};
    ASSERT_LT(told, held);
    held_.keep(20, told);
    EXPECT_EQ(organization_.snapshot().held, told);
    EXPECT_EQ(key_.held, told);
    EXPECT_EQ(slots_->view(0).hold, static_cast<std::uint64_t>(told.value));
    EXPECT_EQ(slots_->view(0).progress, 20u);
    held_.keep(30, held);
    EXPECT_EQ(organization_.snapshot().held, told) << "it never grows again";
    held_.settle({.usage = {.prompt = 10, .completion = 500},
                  .source = UsageSource::provider,
                  .told = Told{.tokens = 30, .cost = told},
                  .finish_reason = "length",
                  .upstream_id = {}});
    EXPECT_EQ(organization_.snapshot().used, told);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    EXPECT_EQ(key_.held.value, 0);
}

TEST_F(ExhaustedTest, WhatTheClientWasToldIsTheMostThatItsRatesTake) {
    Limits limits;
    limits.tokens_per_minute = 1000;
    organization_.set_limits(key_, limits);
    request_.ask.body.output_bound = 100;
    ASSERT_FALSE(take(held_));
    held_.settle({.usage = {.prompt = 10, .completion = 60'000},
                  .source = UsageSource::provider,
                  .told = Told{.tokens = 110, .cost = NanoUsd{kPrompt + 100 * kToken}},
                  .finish_reason = "length",
                  .upstream_id = {}});
    EXPECT_EQ(organization_.state_of(key_, wire::monotonic_ms(request_.head.started)).tokens.remaining(1000), 890);
}

TEST_F(ExhaustedTest, WhatTheClientWasToldIsTheMostThatItPays) {
    const NanoUsd told{kPrompt + 100 * kToken};
    for (const std::int64_t read_on : {400, 90}) {
        Exchange request;
        prepare(request);
        HeldRequest held(*slots_, 0, counters_);
        limit_credit(1000);
        ASSERT_FALSE(take(held, request));
        held.settle({.usage = {.prompt = 10, .completion = read_on},
                     .source = UsageSource::provider,
                     .told = Told{.tokens = 110, .cost = told},
                     .finish_reason = "length",
                     .upstream_id = {}});
        const RequestSettled record = settled_record();
        EXPECT_EQ(record.cost.value, kPrompt + read_on * kToken);
        EXPECT_EQ(record.provider_cost, record.cost);
        EXPECT_EQ(record.charged, std::min(record.cost, told)) << "although more is there";
        EXPECT_EQ(record.overrun, record.cost - record.charged);
    }
    EXPECT_EQ(counters_.holds_overrun.get(), 1u);
    EXPECT_EQ(counters_.overrun_nano.get(), 300u * kToken);
}

}  // namespace
}  // namespace tollgate
