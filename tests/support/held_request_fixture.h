// A request as it stands before its hold, with an organization of $1 to take it from.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "gateway/exchange/held_request.h"
#include "gateway/ops/counters.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {

inline constexpr std::int64_t kNow = 1'795'219'200'000;
inline constexpr std::uint32_t kSlots = 4;

class HeldRequestTest : public testing::Test {
  protected:
    HeldRequestTest() {
        slots_ = *SlotFile::open({.path = folder_.file("slots"), .slots = kSlots, .workers = 1, .boot_epoch = 1});
        slots_->finish_recovery();
        model_.id = "maker/chat";
        endpoint_.prices = {.prompt = 150'000, .completion = 600'000};
        provider_.name = "sample";
        prepare(request_);
        organization_.grant({kNanoPerUsd});
    }

    void prepare(Exchange& request) {
        request.attempt.endpoint = &place_;
        request.principal.credit = &organization_;
        request.principal.spenders.key = &key_;
        request.head.started_ms = kNow;
        request.ask.body.output_bound = 100;
        request.ask.body.prompt_bytes = 30;
    }
    HoldEstimate estimate() { return estimate_hold(request_, place_, config_); }
    Error take(HeldRequest& held, Exchange& request) {
        return held.take(request, std::span(&request.attempt.endpoint, 1), config_);
    }
    Error take(HeldRequest& held) { return take(held, request_); }
    // A prompt of the organization whose text the provider reported so.
    void teach_prompt(std::int64_t bytes, std::int64_t tokens) {
        (void)organization_.hold({}, Demand{});
        Settlement settlement;
        settlement.endpoint = place_.number;
        settlement.prompt_bytes = bytes;
        settlement.prompt_tokens = tokens;
        organization_.settle({}, settlement);
    }
    RequestSettled settled_record() {
        SlotIndex taken[1];
        EXPECT_EQ(slots_->take_settled(taken), 1u);
        const auto record = decode_settled(slots_->view(taken[0]).settlement);
        EXPECT_TRUE(record);
        return *record;
    }

    TemporaryDirectory folder_;
    std::unique_ptr<SlotFile> slots_;
    Model model_;
    Endpoint endpoint_;
    Provider provider_;
    CatalogueEndpoint place_{&model_, &endpoint_, &provider_, 1};
    OrganizationCredit organization_{Id128{}};
    Spender key_{LimitScope::key};
    CreditConfig config_;
    WorkerCounters counters_{1, 1};
    Exchange request_;
};

}  // namespace tollgate
