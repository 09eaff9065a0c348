#include "store/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <mutex>
#include <system_error>
#include <vector>

#include "store/key_space.h"

namespace tollgate {
namespace {

// Sized for a gateway that starts within 40 MiB resident: memtables and cache grow with use, up to these.
constexpr std::size_t kBlockCacheBytes = 32u << 20;
constexpr std::size_t kAllMemtablesBytes = 24u << 20;
constexpr std::size_t kJournalMemtableBytes = 8u << 20;
constexpr std::size_t kSmallMemtableBytes = 2u << 20;
constexpr std::size_t kArenaBlockBytes = 64u << 10;
constexpr std::uint64_t kMaxWalBytes = 64u << 20;
constexpr std::uint64_t kBytesPerSync = 1u << 20;
constexpr std::uint64_t kWalBytesPerSync = 512u << 10;
constexpr std::size_t kInfoLogBytes = 4u << 20;
constexpr std::size_t kInfoLogFiles = 4;
constexpr int kMaxOpenFiles = 512;
constexpr int kCacheShardBits = 2;
constexpr double kBloomBitsPerKey = 10;
constexpr std::uint32_t kProtectionBytesPerKey = 8;

// Index: Family. RocksDB insists on a family called "default", so `system` is that one.
constexpr std::array<const char*, kFamilyCount> kFamilyNames = {
    "default",      "accounts",           "money",  "usage", "block_index", "balances", "idempotency",
    "transactions", "organization_usage", "rollups"};

// RocksDB 7.8.3 (Debian 12). Leave alone what is broken there:
//   1. recycle_log_file_num is silently set to 0 under point-in-time recovery (fixed in 9.1): no WAL preallocation.
//   2. track_and_verify_wals_in_manifest after SyncWAL() reports a false "Missing WAL" (7.10): off.
//   3. Multi-level FIFO compaction deletes a file too many (7.10): no FIFO families.
//   4. Recovery from a compressed WAL can fail (8.0): wal_compression off.
//   5. LockWAL can be re-locked wrongly (7.10, 8.0): not used.
//   6. HyperClockCache is experimental (10.7): LRU cache.
//   7. WAL_ttl_seconds with a clock set back deletes the newest archived WAL (10.9): no archived WALs; journal blocks
//      are what is shipped.
rocksdb::DBOptions database_options() {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.paranoid_checks = true;
    // Stops silently at the first bad record: the ledger compares its slots and its chain with what came back.
    // kAbsoluteConsistency would refuse to open after every power cut.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    options.track_and_verify_wals_in_manifest = false;
    options.wal_compression = rocksdb::kNoCompression;
    options.max_total_wal_size = kMaxWalBytes;
    options.db_write_buffer_size = kAllMemtablesBytes;
    options.max_background_jobs = 2;
    options.max_open_files = kMaxOpenFiles;
    options.bytes_per_sync = kBytesPerSync;
    options.wal_bytes_per_sync = kWalBytesPerSync;
    options.max_bgerror_resume_count = 0;  // no recovery behind our back: a failed write ends in read-only
    options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    options.max_log_file_size = kInfoLogBytes;
    options.keep_log_file_num = kInfoLogFiles;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    return options;
}

rocksdb::ColumnFamilyOptions family_options(std::string_view family, const std::shared_ptr<rocksdb::Cache>& cache) {
    // The journal is written in key order and read in order or by a key that exists: no bloom filter, large memtable.
    const bool journal = family == "money" || family == "usage" || family == "organization_usage";
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    if (!journal) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));

    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.write_buffer_size = journal ? kJournalMemtableBytes : kSmallMemtableBytes;
    options.max_write_buffer_number = 2;
    options.arena_block_size = kArenaBlockBytes;
    // Journal blocks come compressed.
    options.compression = journal ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
    options.level_compaction_dynamic_level_bytes = true;
    options.force_consistency_checks = true;
    options.memtable_protection_bytes_per_key = kProtectionBytesPerKey;
    return options;
}

// RocksDB would write a LOG file even beside a database that it only reads.
class NoLog : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions read_only_options(bool whole_log) {
    rocksdb::DBOptions options = database_options();
    options.create_if_missing = false;
    options.info_log = std::make_shared<NoLog>();
    // Damage in the middle of a log is an error in both; the first also refuses a record that was cut off at the end.
    options.wal_recovery_mode = whole_log ? rocksdb::WALRecoveryMode::kAbsoluteConsistency
                                          : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    return options;
}

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

StatusCode code_of(const rocksdb::Status& status) {
    if (status.ok()) return StatusCode::ok;
    if (status.IsNotFound()) return StatusCode::not_found;
    if (status.IsCorruption()) return StatusCode::corrupt;
    return StatusCode::io;
}

std::string family_name(std::size_t family) {
    return family == 0 ? std::string("system") : std::string(kFamilyNames[family]);
}

Status database_error(const std::string& what, const rocksdb::Status& status) {
    return {code_of(status), what + ": " + status.ToString()};
}

// RocksDB has no code of its own for a LOCK that is held: by another process, or twice by this one.
bool is_locked(const rocksdb::Status& status) {
    if (!status.IsIOError()) return false;
    const std::string text = status.ToString();
    return text.find("While lock file") != std::string::npos ||
           text.find("lock hold by current process") != std::string::npos;
}

// With mode 0700 from the start: nobody else can open a file in the moment before a chmod.
Status make_private_directory(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::is_directory(path, error)) return {};
    fs::create_directories(path.parent_path(), error);  // if this fails, so does mkdir
    if (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
    return {StatusCode::io, "cannot create directory " + path.string() + ": " + std::generic_category().message(errno)};
}

// The families in an existing database; empty if there is none yet. Data without CURRENT is damage: RocksDB would
// make a new database there and delete the old files.
Result<std::vector<std::string>> existing_families(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    std::vector<std::string> families;
    if (fs::exists(path / "CURRENT", error)) {
        const auto status = rocksdb::DB::ListColumnFamilies(database_options(), path.string(), &families);
        if (!status.ok()) return std::unexpected(database_error("cannot read database " + path.string(), status));
        return families;
    }
    for (fs::directory_iterator file(path, error), end; !error && file != end; file.increment(error)) {
        const auto extension = file->path().extension();
        if (extension == ".sst" || extension == ".log") {
            return failure(StatusCode::corrupt, "database " + path.string() + " has data (" +
                                                    file->path().filename().string() + ") but no CURRENT file");
        }
    }
    if (error) return failure(StatusCode::io, "cannot read directory " + path.string() + ": " + error.message());
    return families;
}

}  // namespace

struct RocksStore::State {
    std::string name;  // for messages
    std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(kBlockCacheBytes, kCacheShardBits);
    std::unique_ptr<rocksdb::DB> database;
    std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families{};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;  // all that were opened, owned
    std::atomic<bool> read_only{false};
    std::mutex boot_epoch_mutex;

    ~State() {
        for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
        if (database) (void)database->Close();
    }

    rocksdb::ColumnFamilyHandle* handle(Family family) const { return families[static_cast<std::size_t>(family)]; }

    Status open_database(const std::string& path, std::vector<std::string> existing);
    Status open_read_only(const std::string& path, const std::vector<std::string>& existing, bool whole_log);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(const std::vector<std::string>& names) const;
    void find_families();
    Result<std::uint64_t> schema_version(std::string_view stored) const;
    Status check_schema(RocksStore& store);
    Status check_families() const;
    Status create_schema(RocksStore& store);
    Status create_missing_families();
    Status migrate(RocksStore& store);
    std::unique_ptr<rocksdb::Iterator> iterator(Family family, const rocksdb::Slice* begin, const rocksdb::Slice* end);
};

RocksStore::RocksStore() : state_(std::make_unique<State>()) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::string& data_directory) {
    const std::filesystem::path directory(data_directory);
    const std::filesystem::path path = directory / "rocksdb";
    if (auto status = make_private_directory(directory); !status.ok()) return std::unexpected(std::move(status));
    if (auto status = make_private_directory(path); !status.ok()) return std::unexpected(std::move(status));
    const auto existing = existing_families(path);
    if (!existing) return std::unexpected(existing.error());

    std::unique_ptr<RocksStore> store(new RocksStore());
    store->state_->name = "data directory " + data_directory;
    if (auto status = store->state_->open_database(path.string(), *existing); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    if (auto status = store->state_->check_schema(*store); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return store;
}

std::vector<rocksdb::ColumnFamilyDescriptor> RocksStore::State::descriptors(
    const std::vector<std::string>& names) const {
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    descriptors.reserve(names.size());
    for (const auto& family : names) {  // also a newer version's, or we could not read whose version it is
        descriptors.emplace_back(family, family_options(family, cache));
    }
    return descriptors;
}

void RocksStore::State::find_families() {
    for (auto* handle : handles) {
        const auto known = std::ranges::find(kFamilyNames, handle->GetName());
        if (known != kFamilyNames.end()) families[static_cast<std::size_t>(known - kFamilyNames.begin())] = handle;
    }
}

Status RocksStore::State::open_database(const std::string& path, std::vector<std::string> existing) {
    if (existing.empty()) existing.emplace_back(kFamilyNames[0]);
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::Open(database_options(), path, descriptors(existing), &handles, &opened);
    if (is_locked(status)) return {StatusCode::locked, name + " is in use by another process"};
    if (!status.ok()) return database_error("cannot open " + name, status);
    database.reset(opened);
    find_families();
    if (families[0] == nullptr) return {StatusCode::corrupt, name + ": family default is missing"};
    return {};
}

Status RocksStore::State::open_read_only(const std::string& path, const std::vector<std::string>& existing,
                                         bool whole_log) {
    rocksdb::DB* opened = nullptr;
    const auto status =
        rocksdb::DB::OpenForReadOnly(read_only_options(whole_log), path, descriptors(existing), &handles, &opened);
    if (!status.ok()) return database_error("cannot open " + name, status);
    database.reset(opened);
    find_families();
    read_only.store(true, std::memory_order_release);
    return {};
}

Result<std::unique_ptr<RocksStore>> RocksStore::open_read_only(const std::string& data_directory, bool whole_log) {
    const std::filesystem::path path = std::filesystem::path(data_directory) / "rocksdb";
    std::error_code error;
    auto existing = std::filesystem::is_directory(path, error) ? existing_families(path) : std::vector<std::string>();
    if (!existing) return std::unexpected(existing.error());
    if (existing->empty()) {
        return failure(StatusCode::not_found, "data directory " + data_directory + " has no database");
    }
    std::unique_ptr<RocksStore> store(new RocksStore());
    store->state_->name = "data directory " + data_directory;
    if (auto status = store->state_->open_read_only(path.string(), *existing, whole_log); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const auto version = store->get(Family::system, kSchemaVersionKey);
    if (!version) {
        if (version.error().code() != StatusCode::not_found) return std::unexpected(version.error());
        return failure(StatusCode::corrupt, store->state_->name + " has no schema version");
    }
    const auto number = store->state_->schema_version(*version);
    if (!number) return std::unexpected(number.error());
    if (*number < kSchemaVersion) {
        return failure(StatusCode::invalid, store->state_->name + " has schema version " + std::to_string(*number) +
                                                ": start the gateway once, which makes it version " +
                                                std::to_string(kSchemaVersion));
    }
    if (auto status = store->state_->check_families(); !status.ok()) return std::unexpected(std::move(status));
    return store;
}

Status RocksStore::checkpoint(const std::string& directory) {
    const std::filesystem::path target(directory);
    if (auto status = make_private_directory(target); !status.ok()) return status;
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(state_->database.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> owned(made);
    // No flush: on a full disk it would fail, and a failed flush stops the database. The log is copied instead.
    constexpr auto kNeverFlush = std::numeric_limits<std::uint64_t>::max();
    if (status.ok()) status = made->CreateCheckpoint((target / "rocksdb").string(), kNeverFlush);
    return status.ok() ? Status() : database_error("checkpoint " + directory + " failed", status);
}

Status RocksStore::verify_files() {
    const auto status = state_->database->VerifyChecksum();
    return status.ok() ? Status() : database_error("damaged file in " + state_->name, status);
}

// Creates what is missing, and the schema version last: a process killed in between leaves a database that is empty
// and without a version, which the next start completes.
Status RocksStore::State::create_schema(RocksStore& store) {
    for (auto* handle : handles) {
        const std::unique_ptr<rocksdb::Iterator> it(database->NewIterator(rocksdb::ReadOptions(), handle));
        it->SeekToFirst();
        if (it->Valid()) return {StatusCode::corrupt, name + " has data but no schema version"};
        if (!it->status().ok()) return database_error("cannot read " + name, it->status());
    }
    if (auto status = create_missing_families(); !status.ok()) return status;
    WriteBatch batch;
    batch.put(Family::system, std::string(kSchemaVersionKey), encode_u64(kSchemaVersion));
    return store.commit(batch, Durability::disk);
}

Status RocksStore::State::create_missing_families() {
    for (std::size_t i = 0; i < kFamilyCount; ++i) {
        if (families[i] != nullptr) continue;
        const auto status =
            database->CreateColumnFamily(family_options(kFamilyNames[i], cache), kFamilyNames[i], &families[i]);
        if (!status.ok()) return database_error("cannot create family " + family_name(i), status);
        handles.push_back(families[i]);
    }
    return {};
}

// From version 1. Without its watermark the balance checkpoint counts for nothing: the ledger then replays the whole
// journal and writes the checkpoint anew. The version comes last: a migration that was cut short begins again.
Status RocksStore::State::migrate(RocksStore& store) {
    if (auto status = create_missing_families(); !status.ok()) return status;
    WriteBatch batch;
    batch.erase(Family::system, std::string(kCheckpointBlockKey));
    batch.put(Family::system, std::string(kSchemaVersionKey), encode_u64(kSchemaVersion));
    return store.commit(batch, Durability::disk);
}

Result<std::uint64_t> RocksStore::State::schema_version(std::string_view stored) const {
    const auto version = decode_u64(stored);
    if (!version) return failure(StatusCode::corrupt, name + ": the schema version is unreadable");
    if (*version > kSchemaVersion) {
        return failure(StatusCode::too_new, name + " has schema version " + std::to_string(*version) +
                                                ", this program knows versions up to " +
                                                std::to_string(kSchemaVersion));
    }
    if (*version == 0) return failure(StatusCode::corrupt, name + ": there is no schema version 0");
    return *version;
}

Status RocksStore::State::check_schema(RocksStore& store) {
    const auto stored = store.get(Family::system, kSchemaVersionKey);
    if (!stored) return stored.error().code() == StatusCode::not_found ? create_schema(store) : stored.error();
    const auto version = schema_version(*stored);
    if (!version) return version.error();
    return *version < kSchemaVersion ? migrate(store) : check_families();
}

Status RocksStore::State::check_families() const {
    for (std::size_t i = 0; i < kFamilyCount; ++i) {
        if (families[i] == nullptr) return {StatusCode::corrupt, name + ": family " + family_name(i) + " is missing"};
    }
    return {};
}

Result<std::string> RocksStore::get(Family family, std::string_view key) {
    std::string value;
    const auto status = state_->database->Get(rocksdb::ReadOptions(), state_->handle(family), slice(key), &value);
    if (status.ok()) return value;
    return std::unexpected(
        database_error("read from " + family_name(static_cast<std::size_t>(family)) + " failed", status));
}

std::unique_ptr<rocksdb::Iterator> RocksStore::State::iterator(Family family, const rocksdb::Slice* begin,
                                                               const rocksdb::Slice* end) {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = begin;
    options.iterate_upper_bound = end->empty() ? nullptr : end;
    options.fill_cache = false;  // a long scan would push the index blocks out
    return std::unique_ptr<rocksdb::Iterator>(database->NewIterator(options, handle(family)));
}

Status RocksStore::scan(Family family, std::string_view begin, std::string_view end,
                        const std::function<bool(std::string_view key, std::string_view value)>& visit) {
    if (!end.empty() && begin >= end) return {};
    const rocksdb::Slice lower = slice(begin), upper = slice(end);
    const auto it = state_->iterator(family, &lower, &upper);
    for (it->Seek(lower); it->Valid(); it->Next()) {
        if (!visit(view(it->key()), view(it->value()))) return {};
    }
    if (it->status().ok()) return {};
    return database_error("scan of " + family_name(static_cast<std::size_t>(family)) + " failed", it->status());
}

Result<std::pair<std::string, std::string>> RocksStore::last_before(Family family, std::string_view begin,
                                                                    std::string_view end) {
    const std::string name = family_name(static_cast<std::size_t>(family));
    if (!end.empty() && begin >= end) return failure(StatusCode::not_found, name + " has no key in that range");
    const rocksdb::Slice lower = slice(begin), upper = slice(end);
    const auto it = state_->iterator(family, &lower, &upper);
    it->SeekToLast();
    if (it->Valid()) return std::pair(it->key().ToString(), it->value().ToString());
    if (!it->status().ok()) return std::unexpected(database_error("search in " + name + " failed", it->status()));
    return failure(StatusCode::not_found, name + " has no key in that range");
}

Status RocksStore::commit(const WriteBatch& batch, Durability durability) {
    if (read_only()) return {StatusCode::read_only, state_->name + " is read-only since an earlier write failed"};
    rocksdb::WriteBatch writes(0, 0, kProtectionBytesPerKey, 0);
    rocksdb::Status status;
    for (const auto& operation : batch.operations()) {
        auto* family = state_->handle(operation.family);
        status =
            operation.erase ? writes.Delete(family, operation.key) : writes.Put(family, operation.key, operation.value);
        if (!status.ok()) break;
    }
    if (status.ok()) {
        rocksdb::WriteOptions options;
        options.sync = durability == Durability::disk;
        status = state_->database->Write(options, &writes);
    }
    if (status.ok()) return {};
    state_->read_only.store(true, std::memory_order_release);
    return database_error("write to " + state_->name + " failed; it is read-only from now on", status);
}

Status RocksStore::drop_range(Family family, std::string_view begin, std::string_view end) {
    if (read_only()) return {StatusCode::read_only, state_->name + " is read-only since an earlier write failed"};
    if (end.empty()) return {StatusCode::invalid, "drop_range needs an end"};
    if (begin >= end) return {};
    auto* handle = state_->handle(family);
    const rocksdb::Slice lower = slice(begin), upper = slice(end);
    auto status = rocksdb::DeleteFilesInRange(state_->database.get(), handle, &lower, &upper, false);
    if (status.ok()) {
        rocksdb::WriteOptions options;
        options.sync = true;
        status = state_->database->DeleteRange(options, handle, lower, upper);
    }
    if (status.ok()) return {};
    return database_error("dropping a range of " + family_name(static_cast<std::size_t>(family)) + " failed", status);
}

bool RocksStore::read_only() const { return state_->read_only.load(std::memory_order_acquire); }

Result<std::uint64_t> RocksStore::next_boot_epoch() {
    const std::lock_guard lock(state_->boot_epoch_mutex);
    std::uint64_t epoch = 0;
    const auto stored = get(Family::system, kBootEpochKey);
    if (stored) {
        const auto decoded = decode_u64(*stored);
        if (!decoded) return failure(StatusCode::corrupt, state_->name + ": the boot epoch is unreadable");
        epoch = *decoded;
    } else if (stored.error().code() != StatusCode::not_found) {
        return std::unexpected(stored.error());
    }
    WriteBatch batch;
    batch.put(Family::system, std::string(kBootEpochKey), encode_u64(epoch + 1));
    if (auto status = commit(batch, Durability::disk); !status.ok()) return std::unexpected(std::move(status));
    return epoch + 1;
}

}  // namespace tollgate
