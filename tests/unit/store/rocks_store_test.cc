#include "store/rocks_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "store/commit_log.h"
#include "store/data_directory.h"
#include "store/key_space.h"
#include "store/rocks_lock.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

class StoreDirectory {
  public:
    std::string data() const { return directory_.file("nested/data"); }

  private:
    TemporaryDirectory directory_;
};

std::unique_ptr<RocksStore> open_or_die(const std::string& directory) {
    auto store = RocksStore::open(directory);
    if (!store) {
        ADD_FAILURE() << store.error().message();
        return nullptr;
    }
    return std::move(*store);
}

Status put(Store& store, Family family, std::string key, std::string value,
           Durability durability = Durability::process) {
    WriteBatch batch;
    batch.put(family, std::move(key), std::move(value));
    return store.commit(batch, durability);
}

StatusCode error_of_open(const std::string& directory) {
    const auto store = RocksStore::open(directory);
    return store ? StatusCode::ok : store.error().code();
}

// Takes a family away behind the store's back.
bool drop_family(const std::string& directory, const std::string& name) {
    const std::string path = directory + "/rocksdb";
    std::vector<std::string> names;
    if (!rocksdb::DB::ListColumnFamilies({}, path, &names).ok()) return false;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& family : names) families.emplace_back(family, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    if (!rocksdb::DB::Open({}, path, families, &handles, &opened).ok()) return false;
    const std::unique_ptr<rocksdb::DB> database(opened);
    bool dropped = false;
    for (auto* handle : handles) {
        if (handle->GetName() == name) dropped = database->DropColumnFamily(handle).ok();
        (void)database->DestroyColumnFamilyHandle(handle);
    }
    return dropped;
}

// The contract of Store, kept by both implementations.
class StoreTest : public testing::TestWithParam<bool> {
  protected:
    void SetUp() override {
        if (GetParam()) {
            store_ = open_or_die(directory_.data());
        } else {
            store_ = std::make_unique<MemoryStore>();
        }
        ASSERT_TRUE(store_);
    }

    std::vector<std::string> keys(std::string_view begin, std::string_view end) {
        std::vector<std::string> found;
        const auto status = store_->scan(Family::accounts, begin, end, [&](std::string_view key, std::string_view) {
            found.emplace_back(key);
            return true;
        });
        EXPECT_TRUE(status.ok()) << status.message();
        return found;
    }

    StoreDirectory directory_;
    std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, FamiliesAreSeparate) {
    WriteBatch batch;
    batch.put(Family::accounts, "key", "account");
    batch.put(Family::money, "key", "block");
    ASSERT_TRUE(store_->commit(batch, Durability::disk).ok());
    EXPECT_EQ(store_->get(Family::accounts, "key").value(), "account");
    EXPECT_EQ(store_->get(Family::money, "key").value(), "block");
    EXPECT_EQ(store_->get(Family::usage, "key").error().code(), StatusCode::not_found);
}

TEST_P(StoreTest, BatchIsAppliedInOrder) {
    WriteBatch batch;
    batch.put(Family::accounts, "a", "1");
    batch.erase(Family::accounts, "a");
    batch.put(Family::accounts, "b", "1");
    batch.put(Family::accounts, "b", "2");
    ASSERT_TRUE(store_->commit(batch, Durability::process).ok());
    EXPECT_FALSE(store_->get(Family::accounts, "a"));
    EXPECT_EQ(store_->get(Family::accounts, "b").value(), "2");
}

TEST_P(StoreTest, ScanVisitsTheHalfOpenRangeInOrder) {
    for (const char* key : {"c", "a", "d", "b"}) ASSERT_TRUE(put(*store_, Family::accounts, key, key).ok());
    EXPECT_EQ(keys("b", "d"), (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(keys("c", ""), (std::vector<std::string>{"c", "d"}));
    EXPECT_EQ(keys("", ""), (std::vector<std::string>{"a", "b", "c", "d"}));
    EXPECT_TRUE(keys("d", "b").empty());
}

TEST_P(StoreTest, ScanStopsWhenTheVisitorSaysSo) {
    for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(put(*store_, Family::accounts, key, key).ok());
    int visits = 0;
    ASSERT_TRUE(
        store_->scan(Family::accounts, "", "", [&](std::string_view, std::string_view) { return ++visits < 2; }).ok());
    EXPECT_EQ(visits, 2);
}

TEST_P(StoreTest, DroppedRangeIsGoneAndItsNeighboursStay) {
    for (const char* key : {"a", "b", "c", "d"}) ASSERT_TRUE(put(*store_, Family::accounts, key, key).ok());
    ASSERT_TRUE(store_->drop_range(Family::accounts, "b", "d").ok());
    EXPECT_EQ(keys("", ""), (std::vector<std::string>{"a", "d"}));
    ASSERT_TRUE(put(*store_, Family::accounts, "b", "again").ok());
    EXPECT_EQ(keys("", ""), (std::vector<std::string>{"a", "b", "d"}));
}

TEST_P(StoreTest, LastBeforeFindsTheGreatestKeyOfTheRange) {
    for (const char* key : {"a", "b", "d"}) ASSERT_TRUE(put(*store_, Family::accounts, key, key).ok());
    EXPECT_EQ(store_->last_before(Family::accounts, "a", "d")->first, "b");
    EXPECT_EQ(store_->last_before(Family::accounts, "a", "")->first, "d");
    EXPECT_EQ(store_->last_before(Family::accounts, "c", "d").error().code(), StatusCode::not_found);
    EXPECT_EQ(store_->last_before(Family::accounts, "d", "a").error().code(), StatusCode::not_found);
}

INSTANTIATE_TEST_SUITE_P(Implementations, StoreTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Rocks" : "Memory"; });

TEST(MemoryStoreTest, FailedCommitChangesNothingAndMakesItReadOnly) {
    MemoryStore store;
    store.fail_after(1);
    ASSERT_TRUE(put(store, Family::money, "a", "1").ok());
    EXPECT_EQ(put(store, Family::money, "b", "2").code(), StatusCode::io);
    EXPECT_TRUE(store.read_only());
    EXPECT_EQ(put(store, Family::money, "c", "3").code(), StatusCode::read_only);
    EXPECT_EQ(store.contents()[static_cast<std::size_t>(Family::money)].size(), 1u);
}

TEST(RocksStoreTest, DirectoryIsPrivate) {
    const StoreDirectory directory;
    ASSERT_TRUE(open_or_die(directory.data()));
    struct stat info{};
    ASSERT_EQ(::stat(directory.data().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST(RocksStoreTest, CommitsSurviveReopening) {
    const StoreDirectory directory;
    {
        auto store = open_or_die(directory.data());
        ASSERT_TRUE(put(*store, Family::money, block_key(1), "block").ok());
    }
    auto store = open_or_die(directory.data());
    EXPECT_EQ(store->get(Family::money, block_key(1)).value(), "block");
}

TEST(RocksStoreTest, ProcessDurabilitySurvivesAProcessThatNeverCloses) {
    const StoreDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
        auto store = RocksStore::open(directory.data());
        const bool good = store && put(**store, Family::money, block_key(1), "block").ok();
        ::kill(::getpid(), good ? SIGKILL : SIGTERM);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    auto store = open_or_die(directory.data());
    EXPECT_EQ(store->get(Family::money, block_key(1)).value(), "block");
}

TEST(RocksStoreTest, SecondOpenIsLockedAndNamesTheDirectory) {
    const StoreDirectory directory;
    const auto store = open_or_die(directory.data());
    const auto second = RocksStore::open(directory.data());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), StatusCode::locked);
    EXPECT_NE(second.error().message().find(directory.data()), std::string::npos);
}

TEST(RocksStoreTest, OpenFromAnotherProcessIsLocked) {
    const StoreDirectory directory;
    int opened[2], done[2];
    ASSERT_EQ(::pipe(opened), 0);
    ASSERT_EQ(::pipe(done), 0);
    const pid_t child = ::fork();
    char byte = 0;
    if (child == 0) {
        const auto store = RocksStore::open(directory.data());
        byte = store ? 'y' : 'n';
        (void)!::write(opened[1], &byte, 1);
        (void)!::read(done[0], &byte, 1);
        ::_exit(0);
    }
    ASSERT_EQ(::read(opened[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    EXPECT_EQ(error_of_open(directory.data()), StatusCode::locked);
    ASSERT_EQ(::write(done[1], &byte, 1), 1);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(error_of_open(directory.data()), StatusCode::ok);
}

TEST(RocksStoreTest, NewerSchemaIsRefusedWithBothVersions) {
    const StoreDirectory directory;
    ASSERT_TRUE(
        put(*open_or_die(directory.data()), Family::system, std::string(kSchemaVersionKey), encode_u64(9)).ok());
    const auto store = RocksStore::open(directory.data());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code(), StatusCode::too_new);
    EXPECT_NE(store.error().message().find("schema version 9"), std::string::npos);
    EXPECT_NE(store.error().message().find("up to 1"), std::string::npos);
}

TEST(RocksStoreTest, AMissingFamilyIsCorrupt) {
    const StoreDirectory directory;
    ASSERT_TRUE(put(*open_or_die(directory.data()), Family::money, block_key(1), "block").ok());
    ASSERT_TRUE(drop_family(directory.data(), "rollups"));
    EXPECT_EQ(error_of_open(directory.data()), StatusCode::corrupt);
}

TEST(RocksStoreTest, DataWithoutSchemaVersionIsCorrupt) {
    const StoreDirectory directory;
    {
        auto store = open_or_die(directory.data());
        WriteBatch batch;
        batch.put(Family::money, block_key(1), "block");
        batch.erase(Family::system, std::string(kSchemaVersionKey));
        ASSERT_TRUE(store->commit(batch, Durability::process).ok());
    }
    EXPECT_EQ(error_of_open(directory.data()), StatusCode::corrupt);
}

TEST(RocksStoreTest, CreationThatWasCutShortIsCompleted) {
    const StoreDirectory directory;
    open_or_die(directory.data());
    {
        std::vector<rocksdb::ColumnFamilyDescriptor> families;
        for (const char* family : {"default", "accounts", "money", "usage"})
            families.emplace_back(family, rocksdb::ColumnFamilyOptions());
        const std::string path = directory.data() + "/rocksdb";
        std::filesystem::remove_all(path);
        rocksdb::Options options;
        options.create_if_missing = options.create_missing_column_families = true;
        std::vector<rocksdb::ColumnFamilyHandle*> handles;
        rocksdb::DB* opened = nullptr;
        ASSERT_TRUE(rocksdb::DB::Open(options, path, families, &handles, &opened).ok());
        const std::unique_ptr<rocksdb::DB> database(opened);
        for (auto* handle : handles) ASSERT_TRUE(database->DestroyColumnFamilyHandle(handle).ok());
    }
    auto store = open_or_die(directory.data());
    ASSERT_TRUE(store);
    EXPECT_EQ(store->get(Family::system, kSchemaVersionKey).value(), encode_u64(kSchemaVersion));
}

TEST(RocksStoreTest, LostCurrentFileIsCorruptAndDeletesNothing) {
    const StoreDirectory directory;
    ASSERT_TRUE(put(*open_or_die(directory.data()), Family::money, block_key(1), "block").ok());
    const fs::path current = fs::path(directory.data()) / "rocksdb" / "CURRENT";
    fs::rename(current, current.string() + ".away");
    EXPECT_EQ(error_of_open(directory.data()), StatusCode::corrupt);
    fs::rename(current.string() + ".away", current);
    EXPECT_EQ(open_or_die(directory.data())->get(Family::money, block_key(1)).value(), "block");
}

TEST(RocksStoreTest, FileInPlaceOfTheDirectoryIsAnIoError) {
    const StoreDirectory directory;
    fs::create_directories(fs::path(directory.data()).parent_path());
    std::ofstream(directory.data()) << "not a directory";
    EXPECT_EQ(error_of_open(directory.data()), StatusCode::io);
}

// In a child, because the limit on file sizes is the process's.
TEST(RocksStoreTest, FailedWriteMakesItReadOnlyUntilReopened) {
    const StoreDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
        auto store = RocksStore::open(directory.data());
        if (!store || !put(**store, Family::money, block_key(1), "kept").ok()) ::_exit(1);
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{.rlim_cur = 4096, .rlim_max = 4096};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
        const auto failed = put(**store, Family::money, block_key(2), std::string(100'000, 'x'), Durability::disk);
        if (failed.code() != StatusCode::io) ::_exit(3);
        if (!(*store)->read_only()) ::_exit(4);
        if (put(**store, Family::money, block_key(3), "x").code() != StatusCode::read_only) ::_exit(5);
        if ((*store)->get(Family::money, block_key(1)).value_or("") != "kept") ::_exit(6);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), 0);
    auto store = open_or_die(directory.data());
    ASSERT_TRUE(store);
    EXPECT_FALSE(store->read_only());
    EXPECT_EQ(store->get(Family::money, block_key(1)).value(), "kept");
    EXPECT_FALSE(store->get(Family::money, block_key(2)));
    EXPECT_TRUE(put(*store, Family::money, block_key(2), "again").ok());
}

// In a child, as above.
TEST(RocksStoreTest, ResumeFailsWhileTheCauseIsThereAndWorksWhenItIsGone) {
    const StoreDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
        auto store = RocksStore::open(directory.data());
        if (!store || !put(**store, Family::money, block_key(1), "kept").ok()) ::_exit(1);
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
        const std::string large(100'000, 'x');
        if (put(**store, Family::money, block_key(2), large, Durability::disk).ok()) ::_exit(3);
        if ((*store)->resume().ok() || !(*store)->read_only()) ::_exit(4);
        if ((*store)->get(Family::money, block_key(1)).value_or("") != "kept") ::_exit(5);
        limit.rlim_cur = RLIM_INFINITY;
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(6);
        if (!(*store)->resume().ok() || (*store)->read_only()) ::_exit(7);
        if ((*store)->get(Family::money, block_key(1)).value_or("") != "kept") ::_exit(8);
        if (!put(**store, Family::money, block_key(2), large, Durability::disk).ok()) ::_exit(9);
        if (std::filesystem::exists(directory.data() + "/resume_probe")) ::_exit(10);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), 0);
    auto store = open_or_die(directory.data());
    EXPECT_EQ(store->get(Family::money, block_key(2)).value().size(), 100'000u);
}

TEST(RocksStoreTest, BootEpochsAscendAcrossReopening) {
    const StoreDirectory directory;
    std::uint64_t first = 0;
    {
        auto store = open_or_die(directory.data());
        first = store->next_boot_epoch().value();
        EXPECT_GT(first, 0u);
        EXPECT_GT(store->next_boot_epoch().value(), first);
    }
    EXPECT_GT(open_or_die(directory.data())->next_boot_epoch().value(), first + 1);
}

TEST(RocksStoreReadOnlyTest, ReadsWhatIsThereAndWritesNothing) {
    const StoreDirectory directory;
    ASSERT_TRUE(put(*open_or_die(directory.data()), Family::money, "key", "value").ok());
    std::set<std::string> before, after;
    for (const auto& file : fs::recursive_directory_iterator(directory.data())) before.insert(file.path());
    {
        auto store = RocksStore::open_read_only(directory.data(), true);
        ASSERT_TRUE(store) << store.error().message();
        EXPECT_EQ(*(*store)->get(Family::money, "key"), "value");
        EXPECT_EQ(put(**store, Family::money, "key", "other").code(), StatusCode::read_only);
        EXPECT_TRUE((*store)->verify_files().ok());
    }
    for (const auto& file : fs::recursive_directory_iterator(directory.data())) after.insert(file.path());
    EXPECT_EQ(before, after);
}

TEST(RocksStoreReadOnlyTest, IsNotFoundWhereThereIsNoDatabase) {
    const StoreDirectory directory;
    EXPECT_EQ(RocksStore::open_read_only(directory.data(), true).error().code(), StatusCode::not_found);
    EXPECT_FALSE(fs::exists(directory.data()));
}

TEST(RocksStoreReadOnlyTest, RefusesANewerSchema) {
    const StoreDirectory directory;
    ASSERT_TRUE(
        put(*open_or_die(directory.data()), Family::system, std::string(kSchemaVersionKey), encode_u64(999)).ok());
    EXPECT_EQ(RocksStore::open_read_only(directory.data(), true).error().code(), StatusCode::too_new);
}

void flip(const fs::path& path, std::uintmax_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const char flipped = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(flipped);
}

// All records of these logs are whole, so every flip is damage, also that of the last byte.
TEST(RocksStoreReadOnlyTest, FindsAFlippedByteAnywhereInALog) {
    const StoreDirectory directory;
    {
        const auto store = open_or_die(directory.data());
        for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(*store, Family::money, std::to_string(i), "value").ok());
    }
    fs::path log;
    for (const auto& file : fs::directory_iterator(directory.data() + "/rocksdb")) {
        if (file.path().extension() == ".log" && file.file_size() > 0) log = file.path();
    }
    ASSERT_FALSE(log.empty());
    const auto size = fs::file_size(log);
    for (std::uintmax_t at = 0; at < size; ++at) {
        flip(log, at);
        const auto store = RocksStore::open_read_only(directory.data(), true);
        ASSERT_FALSE(store) << "byte " << at << " of " << size;
        EXPECT_EQ(store.error().code(), StatusCode::corrupt) << at << ": " << store.error().message();
        EXPECT_NE(store.error().message().find(log.filename().string()), std::string::npos) << store.error().message();
        flip(log, at);
    }
}

// Whether it is opening that finds it or the reading of every block.
TEST(RocksStoreReadOnlyTest, NamesTheTableWithAFlippedByte) {
    const StoreDirectory directory;
    ASSERT_TRUE(put(*open_or_die(directory.data()), Family::money, "key", "value").ok());
    open_or_die(directory.data());  // makes a table of what the log holds
    fs::path table;
    for (const auto& file : fs::directory_iterator(directory.data() + "/rocksdb")) {
        if (file.path().extension() == ".sst") table = file.path();
    }
    ASSERT_FALSE(table.empty());
    constexpr std::uintmax_t kFooterBytes = 53;  // partly padding, which says nothing
    int at_open = 0, at_reading = 0;
    const auto size = fs::file_size(table);
    for (std::uintmax_t at = 0; at < size; ++at) {
        flip(table, at);
        const auto store = RocksStore::open_read_only(directory.data(), true);
        const Status status = store ? (*store)->verify_files() : store.error();
        ++(store ? at_reading : at_open);
        if (at >= size - kFooterBytes && status.ok()) {
            flip(table, at);
            continue;
        }
        EXPECT_EQ(status.code(), StatusCode::corrupt) << at << ": " << status.message();
        EXPECT_NE(status.message().find(table.filename().string()), std::string::npos)
            << at << ": " << status.message();
        flip(table, at);
    }
    EXPECT_GT(at_open, 0);
    EXPECT_GT(at_reading, 0);
}

TEST(RocksStoreReadOnlyTest, RefusesCommitsThatOnlyTheCommitLogHas) {
    const StoreDirectory directory;
    {
        const auto store = open_or_die(directory.data());
    }
    {
        auto log = CommitLog::create(directory.data() + "/commit_log", 16 * 4096);
        ASSERT_TRUE(log) << log.error().message();
        ASSERT_TRUE((*log)->start(1).ok());
        WriteBatch batch;
        batch.put(Family::money, "key", "value");
        ASSERT_TRUE((*log)->append(1, batch, Durability::disk).ok());
        ASSERT_TRUE((*log)->append(2, batch, Durability::disk).ok());
    }
    const auto refused = RocksStore::open_read_only(directory.data(), true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), StatusCode::invalid) << refused.error().message();
    open_or_die(directory.data());
    EXPECT_TRUE(RocksStore::open_read_only(directory.data(), true));
}

TEST(RocksStoreCheckpointTest, HoldsWhatWasThereAndNothingLater) {
    const StoreDirectory directory;
    const auto store = open_or_die(directory.data());
    ASSERT_TRUE(put(*store, Family::money, "before", "1").ok());
    const std::string copy = directory.data() + "/checkpoints/one";
    ASSERT_TRUE(store->checkpoint(copy).ok());
    ASSERT_TRUE(put(*store, Family::money, "after", "2").ok());

    const auto read = RocksStore::open_read_only(copy, false);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*(*read)->get(Family::money, "before"), "1");
    EXPECT_EQ((*read)->get(Family::money, "after").error().code(), StatusCode::not_found);
    EXPECT_FALSE(store->checkpoint(copy).ok());  // it exists
}

TEST(DataDirectoryLockTest, ExcludesAndIsExcludedByAnOpenStore) {
    const StoreDirectory directory;
    EXPECT_EQ(DataDirectoryLock::take(directory.data()).error().code(), StatusCode::not_found);
    {
        const auto store = open_or_die(directory.data());
        EXPECT_EQ(DataDirectoryLock::take(directory.data()).error().code(), StatusCode::locked);
    }
    const auto lock = DataDirectoryLock::take(directory.data());
    ASSERT_TRUE(lock) << lock.error().message();
    EXPECT_EQ(error_of_open(directory.data()), StatusCode::locked);
}

}  // namespace
}  // namespace tollgate
