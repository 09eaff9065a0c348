#include "gateway/ops/counters.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace tollgate {
namespace {

TEST(Counters, CountUpAndDown) {
    Counter counter;
    counter.add();
    counter.add(5);
    counter.subtract(2);
    EXPECT_EQ(counter.get(), 4u);
    counter.set(9);
    EXPECT_EQ(counter.get(), 9u);
}

TEST(Counters, HistogramBoundsAreInclusive) {
    Histogram<kOverheadBoundsUs.size()> histogram;
    for (const std::uint64_t value : {0u, 10u, 11u, 25u, 100'000u, 100'001u, 4'000'000'000u})
        histogram.observe(kOverheadBoundsUs, value);
    EXPECT_EQ(histogram.bucket(0), 2u);
    EXPECT_EQ(histogram.bucket(1), 2u);
    EXPECT_EQ(histogram.bucket(kOverheadBoundsUs.size() - 1), 1u);
    EXPECT_EQ(histogram.bucket(kOverheadBoundsUs.size()), 2u);
    EXPECT_EQ(histogram.sum(), 4'000'200'047u);
}

TEST(Counters, HistogramBoundsAscend) {
    EXPECT_TRUE(std::is_sorted(kDurationBoundsUs.begin(), kDurationBoundsUs.end()));
    EXPECT_TRUE(std::is_sorted(kOverheadBoundsUs.begin(), kOverheadBoundsUs.end()));
}

TEST(Counters, StatusesAreCountedEach) {
    StatusCounts counts;
    for (const int status : {200, 200, 404, 200, 499}) counts.add(status);
    std::map<int, std::uint64_t> seen;
    counts.for_each([&seen](int status, std::uint64_t count) { seen[status] = count; });
    EXPECT_EQ(seen, (std::map<int, std::uint64_t>{{200, 3}, {404, 1}, {499, 1}}));
}

TEST(Counters, StatusesBeyondTheTableAreCountedTogether) {
    StatusCounts counts;
    for (int status = 400; status < 440; ++status) counts.add(status);
    std::map<int, std::uint64_t> seen;
    counts.for_each([&seen](int status, std::uint64_t count) { seen[status] = count; });
    EXPECT_EQ(seen.size(), StatusCounts::kMost + 1);
    EXPECT_EQ(seen[0], 40 - StatusCounts::kMost);
}

TEST(Counters, SeriesExistOnceCounted) {
    constexpr std::size_t kChat = 0, kEmbeddings = 1;  // routes
    WorkerCounters counters(2, 2);
    EXPECT_EQ(counters.find(kChat, 2), nullptr);
    counters.of(kChat, 2).cancelled.add();
    ASSERT_NE(counters.find(kChat, 2), nullptr);
    EXPECT_EQ(counters.find(kChat, 2)->cancelled.get(), 1u);
    EXPECT_EQ(counters.find(kChat, 1), nullptr);
    EXPECT_EQ(counters.find(kEmbeddings, 2), nullptr);
    EXPECT_EQ(&counters.of(kChat, 2), counters.find(kChat, 2));
}

}  // namespace
}  // namespace tollgate
