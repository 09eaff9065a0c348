#include "gateway/outside/call_gate.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace tollgate {
namespace {

Id128 organization(std::uint8_t number) {
    Id128 id;
    id.bytes.back() = number;
    return id;
}

TEST(CallGate, OneOrganizationKeepsNoOtherWaiting) {
    CallGate gate;
    std::vector<std::unique_ptr<CallGate::Pass>> passes;
    for (std::uint32_t i = 0; i < CallGate::kMostOfOne; ++i) {
        passes.push_back(std::make_unique<CallGate::Pass>(gate, organization(1)));
        EXPECT_TRUE(*passes.back());
    }
    EXPECT_FALSE(CallGate::Pass(gate, organization(1)));
    EXPECT_TRUE(CallGate::Pass(gate, organization(2)));
    passes.pop_back();
    EXPECT_TRUE(CallGate::Pass(gate, organization(1)));
}

TEST(CallGate, AllTogetherAreBounded) {
    CallGate gate;
    std::vector<std::unique_ptr<CallGate::Pass>> passes;
    for (std::uint32_t i = 0; i < CallGate::kMostCalls; ++i) {
        passes.push_back(std::make_unique<CallGate::Pass>(gate, organization(static_cast<std::uint8_t>(i))));
        EXPECT_TRUE(*passes.back());
    }
    EXPECT_FALSE(CallGate::Pass(gate, organization(200)));
    passes.clear();
    EXPECT_TRUE(CallGate::Pass(gate, organization(200)));
}

}  // namespace
}  // namespace tollgate
