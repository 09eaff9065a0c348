// Counters, and the policies that decide without a socket.
#include "gateway/ops/counters.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "gateway/upstream/pool.h"
#include "gateway/wire/buffer.h"

namespace tollgate {
namespace {

using namespace std::chrono_literals;

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
    WorkerCounters counters(2);
    EXPECT_EQ(counters.find(Route::chat, 2), nullptr);
    counters.of(Route::chat, 2).cancelled.add();
    ASSERT_NE(counters.find(Route::chat, 2), nullptr);
    EXPECT_EQ(counters.find(Route::chat, 2)->cancelled.get(), 1u);
    EXPECT_EQ(counters.find(Route::chat, 1), nullptr);
    EXPECT_EQ(counters.find(Route::embeddings, 2), nullptr);
    EXPECT_EQ(&counters.of(Route::chat, 2), counters.find(Route::chat, 2));
}

TEST(IdlePolicy, ConnectionsAreKeptUpToTheLimit) {
    const IdlePolicy policy{.most = 2, .idle_timeout = 50s};
    EXPECT_TRUE(policy.may_keep(0));
    EXPECT_TRUE(policy.may_keep(1));
    EXPECT_FALSE(policy.may_keep(2));
    const IdlePolicy none{.most = 0, .idle_timeout = 50s};
    EXPECT_FALSE(none.may_keep(0));
}

TEST(IdlePolicy, ConnectionsAreUsedUntilTheirTimeout) {
    const IdlePolicy policy{.most = 2, .idle_timeout = 50s};
    const wire::Clock::time_point since{};
    EXPECT_TRUE(policy.may_use(since, since));
    EXPECT_TRUE(policy.may_use(since, since + 50s - 1ns));
    EXPECT_FALSE(policy.may_use(since, since + 50s));
}

TEST(Buffer, BytesComeOutAsTheyWentIn) {
    wire::Buffer buffer(8);
    std::string written, read;
    for (int round = 0; round < 2000; ++round) {
        const std::string piece(static_cast<std::size_t>(round % 37), static_cast<char>('a' + round % 26));
        std::memcpy(buffer.room(piece.size()), piece.data(), piece.size());
        buffer.produced(piece.size());
        written += piece;
        const std::size_t take = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(round * 7 % 41));
        read += buffer.view().substr(0, take);
        buffer.consume(take);
    }
    read += buffer.view();
    EXPECT_EQ(read, written);
}

TEST(Buffer, CutRemovesFromTheMiddle) {
    wire::Buffer buffer(16);
    std::memcpy(buffer.room(8), "abcdefgh", 8);
    buffer.produced(8);
    buffer.consume(1);
    buffer.cut(2, 3);
    EXPECT_EQ(buffer.view(), "bcgh");
    buffer.cut(0, 4);
    EXPECT_TRUE(buffer.empty());
}

TEST(Buffer, ShrinksOnlyWhatFits) {
    wire::Buffer buffer(16);
    buffer.room(10'000);
    EXPECT_GE(buffer.capacity(), 10'000u);
    std::memset(buffer.room(100), 'x', 100);
    buffer.produced(100);
    buffer.shrink_to(50);
    EXPECT_GE(buffer.capacity(), 10'000u);
    buffer.consume(60);
    buffer.shrink_to(50);
    EXPECT_EQ(buffer.capacity(), 50u);
    EXPECT_EQ(buffer.view(), std::string(40, 'x'));
}

}  // namespace
}  // namespace tollgate
