// The inside of RocksStore. Private to rocks_open.cc (opening, schema versions) and rocks_store.cc (reads, commits).
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/commit_log.h"
#include "store/rocks_gapless_log.h"
#include "store/rocks_options.h"
#include "store/rocks_store.h"

namespace tollgate {

inline rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
// "system" for the family that RocksDB calls "default".
std::string family_name(std::size_t family);
Status database_error(const std::string& what, const rocksdb::Status& status);
Status file_error(const std::string& what);  // of errno
// With mode 0700 from the start: nobody else can open a file in the moment before a chmod.
Status make_private_directory(const std::filesystem::path& path);

struct RocksStore::State {
    std::filesystem::path directory;
    std::string name;  // for messages
    std::shared_ptr<rocksdb::Cache> cache =
        rocksdb::NewLRUCache(rocks_options::kBlockCacheBytes, rocks_options::kCacheShardBits);
    std::unique_ptr<GaplessLog> gapless_log;  // the database keeps a pointer to it
    std::unique_ptr<rocksdb::DB> database;
    std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families{};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;  // all that were opened, owned
    std::atomic<bool> read_only{false};
    bool for_reading = false;  // opened by open_read_only()
    std::mutex boot_epoch_mutex;

    std::shared_mutex open_mutex;  // shared while the database is used; alone while it is closed and opened
    std::mutex commit_mutex;       // before open_mutex
    std::uint64_t sequence = 0;    // of the last commit that succeeded; guarded by commit_mutex, like the log
    RocksOptions settings;
    std::unique_ptr<CommitLog> log;  // null without settings.commit_log

    ~State();
    void close_database();
    Status closed() const { return {StatusCode::io, name + " is closed: opening it again failed"}; }
    std::filesystem::path database_path() const { return directory / "rocksdb"; }

    rocksdb::ColumnFamilyHandle* handle(Family family) const { return families[static_cast<std::size_t>(family)]; }

    Status open_database();
    Status open_read_only(const std::vector<std::string>& existing, bool whole_log);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(const std::vector<std::string>& names) const;
    void find_families();
    Status check_version(std::string_view stored) const;
    Result<std::uint64_t> stored_sequence();
    Status open_error(const rocksdb::Status& status, const std::string& complaint = {}) const;
    Status read_log();
    Status check_log_is_applied();
    Status sync();
    Status write(const WriteBatch& batch, Durability durability);
    Status write_log(const WriteBatch& batch, Durability durability, bool& logged);
    Status write_database(const WriteBatch& batch, std::uint64_t number, bool sync_it);
    Status check_schema(RocksStore& store);
    Status check_families() const;
    Status create_schema(RocksStore& store);
    Status create_missing_families();
    std::unique_ptr<rocksdb::Iterator> iterator(Family family, const rocksdb::Slice* begin, const rocksdb::Slice* end);
};

}  // namespace tollgate
