// What a request holds and is charged whose answer was made before, and which answers may be kept.
#include "tests/support/held_request_fixture.h"

namespace tollgate {
namespace {

TEST_F(HeldRequestTest, AKeptAnswerHoldsNothingAndIsRecordedAsOne) {
    ResponseCache cache({.max_bytes = 1000, .max_answer_bytes = 1000, .max_waiting = 1});
    request_.cache = std::make_unique<CacheUse>(cache);
    request_.cache->answer = std::make_shared<CachedAnswer>();
    HeldRequest held(*slots_, 0, counters_);
    ASSERT_FALSE(take(held));
    EXPECT_EQ(organization_.snapshot().held.value, 0);
    const auto opened = decode_opened(slots_->view(0).open);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->hold.value, 0);
    EXPECT_EQ(opened->candidates[0].prices.customer.completion, 0) << "an orphan is not charged for either";
    Ending ending;
    ending.finish_reason = "stop";
    EXPECT_EQ(held.settle(ending).value, 0);
    EXPECT_EQ(organization_.snapshot().used.value, 0);
    EXPECT_FALSE(request_.reply.ended_by_model) << "it is not kept once more";
    const RequestSettled record = settled_record();
    EXPECT_TRUE(record.cache_hit);
    EXPECT_EQ(record.cost.value, 0);
    EXPECT_EQ(record.provider_cost.value, 0);
    EXPECT_EQ(record.usage.prompt + record.usage.completion, 0);
    request_.cache.reset();  // before the cache
}

struct D78Case {
    const char* finish_reason;
    std::int64_t completion, choices;
    ApiType api;
    bool ended_by_model;
};

TEST_F(HeldRequestTest, D78_OnlyWhatTheModelEndedByItselfMayBeKept) {
    constexpr ApiType kChat = ApiType::chat;
    for (const D78Case& one : std::initializer_list<D78Case>{{"stop", 5, 1, kChat, true},
                                                             {"tool_calls", 5, 1, kChat, true},
                                                             {"function_call", 5, 1, kChat, true},
                                                             {"length", 5, 1, kChat, false},
                                                             {"content_filter", 5, 1, kChat, false},
                                                             {"error", 5, 1, kChat, false},
                                                             {"", 5, 1, kChat, false},
                                                             {"stop", 0, 1, kChat, false},
                                                             {"stop", 5, 2, kChat, false},
                                                             {"", 0, 1, ApiType::embeddings, true},
                                                             {"stop", 5, 1, ApiType::messages, true}}) {
        request_.ask.api = one.api;
        request_.ask.body.choices = one.choices;
        HeldRequest held(*slots_, 0, counters_);
        ASSERT_FALSE(take(held));
        Ending ending;
        ending.usage = {.prompt = 3, .completion = one.completion};
        ending.source = UsageSource::provider;
        ending.finish_reason = one.finish_reason;
        held.settle(ending);
        EXPECT_EQ(request_.reply.ended_by_model, one.ended_by_model) << one.finish_reason << ' ' << one.completion;
        SlotIndex taken[1];
        ASSERT_EQ(slots_->take_settled(taken), 1u);
        slots_->mark_taken(taken[0], 1);
        slots_->release_committed(taken[0]);
    }
}

}  // namespace
}  // namespace tollgate
