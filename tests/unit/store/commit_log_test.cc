#include "store/commit_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "store/key_space.h"
#include "store/rocks_store.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kBytes = 16 * kPage;

class CommitLogTest : public testing::Test {
  protected:
    static WriteBatch batch_of(const std::string& value) {
        WriteBatch batch;
        batch.put(Family::money, "key", value);
        batch.erase(Family::system, "gone");
        return batch;
    }
    static Status append(CommitLog& log, std::uint64_t sequence, std::size_t value_bytes = 10,
                         Durability durability = Durability::disk) {
        return log.append(sequence, batch_of(std::string(value_bytes, static_cast<char>('a' + sequence % 26))),
                          durability);
    }
    // Sequence -> value, of the commits above `sequence`.
    Result<std::map<std::uint64_t, std::string>> replayed(std::uint64_t sequence) {
        auto log = CommitLog::open(path_);
        if (!log) return std::unexpected(log.error());
        std::map<std::uint64_t, std::string> found;
        const Status status = (*log)->replay(sequence, [&](std::uint64_t number, const WriteBatch& batch) {
            EXPECT_EQ(batch.operations().size(), 2u);
            EXPECT_EQ(batch.operations()[0].key, "key");
            EXPECT_TRUE(batch.operations()[1].erase);
            found[number] = batch.operations()[0].value;
            return Status();
        });
        if (!status.ok()) return std::unexpected(status);
        return found;
    }
    void flip(std::size_t at) {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(at));
        const char byte = static_cast<char>(file.get() ^ 1);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(byte);
    }
    std::unique_ptr<CommitLog> made() {
        auto log = CommitLog::create(path_, kBytes);
        EXPECT_TRUE(log) << log.error().message();
        EXPECT_TRUE((*log)->start(1).ok());
        return std::move(*log);
    }

    const TemporaryDirectory temporary_;
    const fs::path directory_ = temporary_.path();
    const std::string path_ = temporary_.file("commit_log");
};

TEST_F(CommitLogTest, CommitsAboveASequenceAreReplayedInOrder) {
    const auto log = made();
    for (std::uint64_t i = 1; i <= 4; ++i) ASSERT_TRUE(append(*log, i, i == 2 ? 5000 : 10).ok());
    const auto found = replayed(1);
    ASSERT_TRUE(found) << found.error().message();
    const std::map<std::uint64_t, std::string> expected{
        {2, std::string(5000, 'c')}, {3, std::string(10, 'd')}, {4, std::string(10, 'e')}};
    EXPECT_EQ(*found, expected);
    EXPECT_TRUE(replayed(4)->empty());
}

TEST_F(CommitLogTest, FullLogSaysSoAndForgetsWhenItStartsAgain) {
    const auto log = made();
    std::uint64_t next = 1;
    while (append(*log, next).ok()) ++next;
    EXPECT_EQ(next, 16u);  // a page each, behind the header
    EXPECT_EQ(append(*log, next).code(), StatusCode::full);
    ASSERT_TRUE(log->start(next).ok());
    EXPECT_TRUE(replayed(next - 1)->empty());  // what the file still holds is of the past
    ASSERT_TRUE(append(*log, next).ok());
    EXPECT_EQ(replayed(next - 1)->size(), 1u);
}

TEST_F(CommitLogTest, TornLastCommitEndsTheLog) {
    const auto log = made();
    for (std::uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(append(*log, i, 5000).ok());
    flip(kPage + 5 * kPage);  // the second page of the third
    const auto found = replayed(0);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->size(), 2u);
}

TEST_F(CommitLogTest, DamagedCommitThatWasOnDiskIsCorruptAndNamed) {
    const auto log = made();
    for (std::uint64_t i = 1; i <= 4; ++i) ASSERT_TRUE(append(*log, i).ok());
    flip(2 * kPage + 100);
    const auto found = replayed(0);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), StatusCode::corrupt);
    EXPECT_NE(found.error().message().find("commit 2 is unreadable"), std::string::npos) << found.error().message();
    EXPECT_TRUE(replayed(4));  // the database has them all: nothing is lost
}

TEST_F(CommitLogTest, CommitThatNeverReachedTheDiskMayBeLostBeforeALaterOne) {
    const auto log = made();
    ASSERT_TRUE(append(*log, 1).ok());
    ASSERT_TRUE(append(*log, 2, 10, Durability::process).ok());
    ASSERT_TRUE(append(*log, 3).ok());  // its pages may reach the disk before those of 2; neither was answered
    flip(2 * kPage + 100);
    const auto found = replayed(0);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->size(), 1u);
}

TEST_F(CommitLogTest, DatabaseThatIsBehindTheLogsBeginningIsCorrupt) {
    const auto log = made();
    ASSERT_TRUE(log->start(10).ok());
    EXPECT_TRUE(replayed(9));
    EXPECT_EQ(replayed(8).error().code(), StatusCode::corrupt);
}

TEST_F(CommitLogTest, EveryFlippedByteOfTheHeaderIsFound) {
    made();
    for (std::size_t at = 0; at < 48; ++at) {
        flip(at);
        EXPECT_FALSE(CommitLog::open(path_)) << "byte " << at;
        flip(at);
    }
    EXPECT_TRUE(CommitLog::open(path_));
}

TEST_F(CommitLogTest, AbsentLogIsNotFound) { EXPECT_EQ(CommitLog::open(path_).error().code(), StatusCode::not_found); }

// --- Under RocksStore.

class LoggedStoreTest : public CommitLogTest {
  protected:
    static constexpr RocksOptions kLogged{.commit_log = true, .commit_log_bytes = kBytes};

    std::unique_ptr<RocksStore> open(const RocksOptions& options = kLogged) {
        auto store = RocksStore::open(directory_.string(), options);
        EXPECT_TRUE(store) << store.error().message();
        return store ? std::move(*store) : nullptr;
    }
    static Status put(RocksStore& store, std::uint64_t block, const std::string& value) {
        WriteBatch batch;
        batch.put(Family::money, block_key(block), value);
        return store.commit(batch, Durability::disk);
    }
    // What power loss leaves: the log, which is synced, and a database that lost what was not.
    void copy_database(const fs::path& to) {
        fs::remove_all(to);
        fs::copy(directory_ / "rocksdb", to, fs::copy_options::recursive);
    }
};

TEST_F(LoggedStoreTest, CommitsThatTheDatabaseLostAreAppliedFromTheLog) {
    const fs::path old = directory_ / "old", log = directory_ / "log";
    open();
    copy_database(old);
    {
        auto store = open();
        for (std::uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(put(*store, i, "value " + std::to_string(i)).ok());
        fs::copy_file(path_, log);
    }
    for (const bool logged : {true, false}) {  // also when the log is not wanted any more
        fs::remove_all(directory_ / "rocksdb");
        fs::copy(old, directory_ / "rocksdb", fs::copy_options::recursive);
        fs::copy_file(log, path_, fs::copy_options::overwrite_existing);
        const auto store = open({.commit_log = logged, .commit_log_bytes = kBytes});
        for (std::uint64_t i = 1; i <= 5; ++i) {
            EXPECT_EQ(store->get(Family::money, block_key(i)).value_or(""), "value " + std::to_string(i));
        }
        EXPECT_EQ(fs::exists(path_), logged);
    }
}

TEST_F(LoggedStoreTest, LogThatGoesRoundAndCommitsLargerThanItLoseNothing) {
    {
        auto store = open();
        for (std::uint64_t i = 1; i <= 50; ++i) ASSERT_TRUE(put(*store, i, std::to_string(i)).ok());
        ASSERT_TRUE(put(*store, 51, std::string(2 * kBytes, 'x')).ok());
        ASSERT_TRUE(put(*store, 52, "52").ok());
    }
    const auto store = open();
    for (const std::uint64_t i : {1, 25, 50, 52}) {
        EXPECT_EQ(store->get(Family::money, block_key(i)).value_or(""), std::to_string(i));
    }
    EXPECT_EQ(store->get(Family::money, block_key(51)).value_or("").size(), 2 * kBytes);
}

}  // namespace
}  // namespace tollgate
