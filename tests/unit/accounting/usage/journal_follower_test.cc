#include "accounting/usage/journal_follower.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "store/key_space.h"
#include "tests/support/memory_store.h"
#include "tests/support/usage_journal.h"

namespace tollgate {
namespace {

constexpr std::string_view kWatermark = "test_follower";

class JournalFollowerTest : public testing::Test {
  protected:
    // One block with a row of each class.
    void commit(std::initializer_list<std::uint8_t> classes) {
        std::vector<UsageSample> samples;
        for (const std::uint8_t retention_class : classes) {
            UsageSample one;
            one.opened.request = ids_.next(1'795'219'200'000);
            one.opened.candidates = only_candidate("sample/echo", "sample");
            one.opened.retention_class = retention_class;
            samples.push_back(one);
        }
        ASSERT_TRUE(journal_.commit(samples).ok());
    }
    Status visit(JournalFollower& follower, Status answer = {}) {
        return follower.advance([&](std::uint64_t block, std::span<const UsageRow> rows) {
            seen_.emplace_back(block, rows.size());
            for (const UsageRow& row : rows) EXPECT_TRUE(decode_record(row.open, row.settlement));
            return answer;
        });
    }
    using Seen = std::vector<std::pair<std::uint64_t, std::size_t>>;  // block, rows
    Seen take_seen() { return std::exchange(seen_, {}); }

    MemoryStore store_;
    UsageJournal journal_{store_};
    UlidGenerator ids_{1};
    Seen seen_;
};

TEST_F(JournalFollowerTest, EveryBlockIsVisitedOnceInOrderWithTheRowsOfAllClasses) {
    JournalFollower follower(store_, kWatermark);
    ASSERT_TRUE(follower.rewind().ok());
    EXPECT_TRUE(visit(follower).ok());
    EXPECT_EQ(take_seen(), Seen{});
    commit({0});
    commit({0, 2, 2});
    EXPECT_TRUE(visit(follower).ok());
    EXPECT_EQ(take_seen(), (Seen{{1, 1}, {2, 3}}));
    EXPECT_TRUE(visit(follower).ok());
    EXPECT_EQ(take_seen(), Seen{});
    commit({1});
    EXPECT_TRUE(visit(follower).ok());
    EXPECT_EQ(take_seen(), (Seen{{3, 1}}));
}

TEST_F(JournalFollowerTest, ABlockWhoseVisitFailedIsVisitedAgain) {
    JournalFollower follower(store_, kWatermark);
    commit({0});
    commit({0});
    EXPECT_EQ(visit(follower, {StatusCode::io, "no room"}).code(), StatusCode::io);
    EXPECT_EQ(follower.position(), 0u);
    EXPECT_TRUE(visit(follower).ok());
    EXPECT_EQ(take_seen(), (Seen{{1, 1}, {1, 1}, {2, 1}}));
}

TEST_F(JournalFollowerTest, ARestartGoesOnBehindTheStoredWatermark) {
    commit({0});
    commit({0});
    {
        JournalFollower follower(store_, kWatermark);
        ASSERT_TRUE(visit(follower).ok());
        WriteBatch batch;
        follower.put_watermark(batch);
        ASSERT_TRUE(store_.commit(batch, Durability::process).ok());
    }
    commit({0});
    take_seen();
    JournalFollower next(store_, kWatermark);
    EXPECT_EQ(next.stored(), 2u);
    ASSERT_TRUE(next.rewind().ok());
    EXPECT_TRUE(visit(next).ok());
    EXPECT_EQ(take_seen(), (Seen{{3, 1}}));
    JournalFollower other(store_, "another");
    EXPECT_EQ(other.stored(), 0u) << "each has its own";
}

TEST_F(JournalFollowerTest, AMissingBlockAndAMalformedWatermarkAreCorrupt) {
    commit({0});
    commit({0});
    WriteBatch batch;
    batch.erase(Family::block_index, block_key(1));
    ASSERT_TRUE(store_.commit(batch, Durability::process).ok());
    JournalFollower follower(store_, kWatermark);
    EXPECT_EQ(visit(follower).code(), StatusCode::corrupt);
    store_.overwrite(Family::system, std::string(kWatermark), "x");
    EXPECT_EQ(follower.rewind().code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tollgate
