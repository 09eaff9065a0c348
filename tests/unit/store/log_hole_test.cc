// A power cut that leaves a hole in RocksDB's log: the disk had a later page, and not an earlier one.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/key_space.h"
#include "store/rocks_store.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLogBlockBytes = 32768;  // RocksDB's: a zeroed rest of one is skipped in silence
constexpr std::size_t kValueBytes = 1000;
constexpr std::uint64_t kCommitsBehind = 3;

fs::path log_of(const fs::path& data) {
    fs::path newest;
    for (const auto& file : fs::directory_iterator(data / "rocksdb")) {
        if (file.path().extension() == ".log" && (newest.empty() || file.path() > newest)) newest = file.path();
    }
    return newest;
}

// Commits until a record of the log ends where a block of it does, and some more. Returns where each commit of the
// first block begins.
std::vector<std::uintmax_t> fill_a_block(RocksStore& store, const fs::path& data) {
    std::vector<std::uintmax_t> begins;
    const auto put = [&](std::size_t bytes) {
        WriteBatch batch;
        batch.put(Family::money, block_key(begins.size()), std::string(bytes, 'x'));
        begins.push_back(fs::file_size(log_of(data)));
        ASSERT_TRUE(store.commit(batch, Durability::process).ok());
    };
    const auto end = [&] { return fs::file_size(log_of(data)); };
    put(kValueBytes);
    const std::uintmax_t record = end() - begins.front();
    while (end() + 3 * record < kLogBlockBytes) put(kValueBytes);
    put(kValueBytes + kLogBlockBytes - end() - record);
    EXPECT_EQ(end(), kLogBlockBytes);
    const std::vector<std::uintmax_t> first_block = begins;
    for (std::uint64_t i = 0; i < kCommitsBehind; ++i) put(kValueBytes);
    return first_block;
}

void zero(const fs::path& file, std::uintmax_t begin, std::uintmax_t end) {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(begin));
    out << std::string(end - begin, '\0');
    ASSERT_TRUE(out.good());
}

class LogHole : public testing::Test {
  protected:
    // What is left of the data directory of a store that was cut off, with its last commits of a block gone.
    void cut(bool commit_log, bool behind_drop = false) {
        const fs::path data = directory_.file("running");
        const auto store = RocksStore::open(data, {.commit_log = commit_log});
        ASSERT_TRUE(store) << store.error().message();
        if (behind_drop) ASSERT_TRUE((*store)->drop_range(Family::rollups, "a", "b").ok());
        const auto begins = fill_a_block(**store, data);
        lost_ = begins.size() - 2;
        all_ = begins.size() + kCommitsBehind;
        fs::copy(data, left_, fs::copy_options::recursive);
        zero(log_of(left_), begins[lost_], kLogBlockBytes);
    }

    TemporaryDirectory directory_;
    const fs::path left_ = directory_.file("left");
    std::uint64_t lost_ = 0, all_ = 0;
};

TEST_F(LogHole, EndsWhatIsRecovered) {
    cut(false);
    const auto store = RocksStore::open(left_);
    ASSERT_TRUE(store) << store.error().message();
    for (std::uint64_t i = 0; i < all_; ++i) {
        EXPECT_EQ((*store)->get(Family::money, block_key(i)).has_value(), i < lost_) << i;
    }
}

TEST_F(LogHole, EndsWhatIsRecoveredAlsoBehindADrop) {
    cut(false, true);
    const auto store = RocksStore::open(left_);
    ASSERT_TRUE(store) << store.error().message();
    for (std::uint64_t i = 0; i < all_; ++i) {
        EXPECT_EQ((*store)->get(Family::money, block_key(i)).has_value(), i < lost_) << i;
    }
}

// Retention does it each day, and at each start. It has no number.
TEST_F(LogHole, IsNoneWhereARangeWasDropped) {
    const fs::path data = directory_.file("running");
    const auto put = [](RocksStore& store, const std::string& key) {
        WriteBatch batch;
        batch.put(Family::accounts, key, key);
        ASSERT_TRUE(store.commit(batch, Durability::process).ok());
    };
    {
        const auto store = RocksStore::open(data);
        ASSERT_TRUE(store) << store.error().message();
        put(**store, "before");
        ASSERT_TRUE((*store)->drop_range(Family::accounts, "a", "c").ok());
        put(**store, "hind");
        ASSERT_TRUE((*store)->drop_range(Family::rollups, "a", "c").ok());
        put(**store, "last");
        fs::copy(data, left_, fs::copy_options::recursive);  // as it is when the process dies
    }
    const auto holds_all = [](RocksStore& store) {
        EXPECT_FALSE(store.get(Family::accounts, "before"));
        EXPECT_EQ(store.get(Family::accounts, "hind").value_or(""), "hind");
        EXPECT_EQ(store.get(Family::accounts, "last").value_or(""), "last");
    };
    {
        const auto reader = RocksStore::open_read_only(left_, true);
        ASSERT_TRUE(reader) << reader.error().message();
        holds_all(**reader);
    }
    const auto store = RocksStore::open(left_);
    ASSERT_TRUE(store) << store.error().message();
    holds_all(**store);
}

TEST_F(LogHole, IsFilledFromTheCommitLog) {
    cut(true);
    const auto store = RocksStore::open(left_, {.commit_log = true});
    ASSERT_TRUE(store) << store.error().message();
    for (std::uint64_t i = 0; i < all_; ++i) {
        EXPECT_TRUE((*store)->get(Family::money, block_key(i)).has_value()) << i;
    }
}

TEST_F(LogHole, IsDamageToWhoeverOnlyReads) {
    cut(false);
    const auto store = RocksStore::open_read_only(left_, true);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code(), StatusCode::corrupt) << store.error().message();
}

TEST_F(LogHole, IsFollowedByNewCommits) {
    cut(false);
    {
        const auto store = RocksStore::open(left_);
        ASSERT_TRUE(store) << store.error().message();
        WriteBatch batch;
        batch.put(Family::money, block_key(lost_), "new");
        ASSERT_TRUE((*store)->commit(batch, Durability::disk).ok());
    }
    for (int start = 0; start < 2; ++start) {
        const auto again = RocksStore::open(left_);
        ASSERT_TRUE(again) << again.error().message();
        EXPECT_EQ((*again)->get(Family::money, block_key(lost_)).value_or(""), "new");
        EXPECT_FALSE((*again)->get(Family::money, block_key(all_ - 1)));
    }
}

// RocksDB writes a record of its own then, which has no number.
TEST_F(LogHole, AndATornEndAreFollowedByNewCommits) {
    cut(false);
    const fs::path log = log_of(left_);
    fs::resize_file(log, fs::file_size(log_of(directory_.file("running"))) - 1);
    for (int start = 0; start < 3; ++start) {
        const auto store = RocksStore::open(left_);
        ASSERT_TRUE(store) << store.error().message();
        WriteBatch batch;
        batch.put(Family::accounts, "start", std::to_string(start));
        ASSERT_TRUE((*store)->commit(batch, Durability::process).ok());
        if (start > 0) continue;
        EXPECT_FALSE((*store)->get(Family::money, block_key(all_ - 1)));
    }
    const auto store = RocksStore::open(left_);
    ASSERT_TRUE(store) << store.error().message();
    EXPECT_EQ((*store)->get(Family::accounts, "start").value_or(""), "2");
}

TEST_F(LogHole, ATornEndAloneIsFollowedByNewCommits) {
    const fs::path data = directory_.file("running");
    {
        const auto store = RocksStore::open(data);
        ASSERT_TRUE(store) << store.error().message();
        fill_a_block(**store, data);
        fs::copy(data, left_, fs::copy_options::recursive);
    }
    fs::resize_file(log_of(left_), fs::file_size(log_of(left_)) - 1);
    for (int start = 0; start < 3; ++start) {
        const auto store = RocksStore::open(left_);
        ASSERT_TRUE(store) << store.error().message();
        EXPECT_EQ((*store)->get(Family::accounts, "start").value_or("0"), std::to_string(start));
        WriteBatch batch;
        batch.put(Family::accounts, "start", std::to_string(start + 1));
        ASSERT_TRUE((*store)->commit(batch, Durability::process).ok());
    }
}

}  // namespace
}  // namespace tollgate
