#include "accounting/usage/live_usage.h"

#include <gtest/gtest.h>

#include <array>

#include "store/slot_file.h"
#include "tests/support/usage_journal.h"

namespace tollgate {
namespace {

class LiveUsageTest : public testing::Test {
  protected:
    void add(const Id128& to, std::int64_t latency_ms = 0) {
        UsageSample sample;
        sample.opened.request = make_uuid7(1000);
        sample.opened.organization = to;
        sample.opened.candidates = only_candidate("sample/echo", "sample");
        sample.settled.latency_ms = static_cast<std::int32_t>(latency_ms);
        std::array<std::byte, kSlotOpenBytes> open;
        std::array<std::byte, kSlotSettlementBytes> settlement;
        const std::size_t open_bytes = encode(sample.opened, open);
        const std::size_t settlement_bytes = encode(sample.settled, settlement);
        live.add(to, {std::span(open).first(open_bytes), std::span(settlement).first(settlement_bytes)});
    }
    static std::vector<int> latencies(const LiveUsage::Watcher::Taken& taken) {
        std::vector<int> found;
        for (const StoredRequest& one : taken.requests) found.push_back(one.settled().latency_ms);
        return found;
    }

    LiveUsage live;
    const Id128 organization = make_uuid7(1000), other = make_uuid7(2000);
};

TEST_F(LiveUsageTest, AWatcherSeesWhatComesAfterItWasMadeOnce) {
    add(organization, 1);
    const auto first = live.watch(organization);
    add(organization, 2);
    const auto second = live.watch(organization);
    add(organization, 3);
    add(other, 4);
    EXPECT_TRUE(first->waiting());
    EXPECT_EQ(latencies(first->take()), (std::vector{2, 3}));
    EXPECT_EQ(latencies(second->take()), (std::vector{3}));
    EXPECT_FALSE(first->waiting());
    EXPECT_TRUE(first->take().requests.empty());
}

TEST_F(LiveUsageTest, ASlowOneLosesTheOldestAndIsToldHowMany) {
    const auto slow = live.watch(organization);
    for (std::size_t i = 0; i < kMostLiveRequests + 3; ++i) add(organization, static_cast<std::int64_t>(i));
    const auto taken = slow->take();
    EXPECT_EQ(taken.lost, 3u);
    ASSERT_EQ(taken.requests.size(), kMostLiveRequests);
    EXPECT_EQ(taken.requests.front().settled().latency_ms, 3);
    add(organization, 7);
    EXPECT_EQ(slow->take().lost, 0u);
}

TEST_F(LiveUsageTest, FewMayWatchOneOrganizationAndMoreMayOthers) {
    std::vector<std::unique_ptr<LiveUsage::Watcher>> watchers;
    for (std::size_t i = 0; i < kMostWatchersOfOrganization; ++i) watchers.push_back(live.watch(organization));
    EXPECT_EQ(live.watch(organization), nullptr);
    EXPECT_NE(live.watch(other), nullptr);
    watchers.pop_back();
    EXPECT_NE(live.watch(organization), nullptr);
}

TEST_F(LiveUsageTest, AllTogetherHaveALimit) {
    std::vector<std::unique_ptr<LiveUsage::Watcher>> watchers;
    while (watchers.size() < kMostWatchers) watchers.push_back(live.watch(make_uuid7(1000)));
    EXPECT_EQ(live.watch(other), nullptr);
    watchers.clear();
    EXPECT_NE(live.watch(other), nullptr);
}

TEST_F(LiveUsageTest, NothingIsKeptOfAnOrganizationThatNobodyWatches) {
    live.watch(organization).reset();
    add(organization, 1);
    EXPECT_FALSE(live.watch(organization)->waiting());
}

}  // namespace
}  // namespace tollgate
