// A hold for a request that may never come.
#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

class ReservedHoldTest : public HeldRequestTest {
  protected:
    Error reserve(HeldRequest& held) {
        return held.reserve(request_, std::span(&request_.attempt.endpoint, 1), config_);
    }
};

TEST_F(ReservedHoldTest, LeavesNoTraceIfItNeverComes) {
    {
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(reserve(held));
        EXPECT_EQ(organization_.snapshot().held, estimate().amount);
        EXPECT_EQ(counters_.held_requests.get(), 1U);
        EXPECT_EQ(slots_->in_use(), 0U) << "a crash owes nothing for it";
    }
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    EXPECT_EQ(organization_.snapshot().used.value, 0);
    EXPECT_EQ(counters_.held_requests.get(), 0U);
    EXPECT_EQ(slots_->awaiting_journal(), 0U) << "nor is there a record";
    for (std::uint32_t i = 0; i < kSlots; ++i) EXPECT_TRUE(slots_->acquire(0)) << "every slot is free again";
}

TEST_F(ReservedHoldTest, IsAsIfTakenOnceItHasCome) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(reserve(held));
    held.open_reserved(config_);
    held.use(0);
    EXPECT_EQ(slots_->in_use(), 1U);
    const auto opened = decode_opened(slots_->view(0).open);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->hold, estimate().amount);
    Ending ending;
    ending.usage = {.prompt = 10, .completion = 20};
    ending.source = UsageSource::provider;
    const NanoUsd cost = held.settle(ending);
    EXPECT_EQ(cost.value, 1500 + 12000);
    EXPECT_EQ(organization_.snapshot().used, cost);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    EXPECT_EQ(settled_record().charged, cost);
}

TEST_F(ReservedHoldTest, GrowsBeforeItComesAndTheSlotKnows) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(reserve(held));
    EXPECT_TRUE(held.covers(10'000, config_));
    const NanoUsd grown = organization_.snapshot().held;
    EXPECT_GT(grown, estimate().amount);
    held.open_reserved(config_);
    const auto opened = decode_opened(slots_->view(0).open);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->hold, grown);
    Ending nothing;
    nothing.charge = false;
    held.settle(nothing);
    EXPECT_EQ(organization_.snapshot().held.value, 0);
}

TEST_F(ReservedHoldTest, IsRefusedAsOneThatIsTaken) {
    endpoint_.prices.completion = 100'000'000'000;
    HeldRequest held(*slots_, 0, counters_);
    EXPECT_EQ(reserve(held).kind(), ErrorKind::insufficient_credits);
    EXPECT_FALSE(held.taken());
    held.give_back();  // does nothing
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    for (std::uint32_t i = 0; i < kSlots; ++i) EXPECT_TRUE(slots_->acquire(0));
}

TEST_F(ReservedHoldTest, OpeningWhatWasNotReservedEndsTheProcess) {
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    EXPECT_DEATH(held.open_reserved(config_), "not reserved");
}

}  // namespace
}  // namespace tollgate
