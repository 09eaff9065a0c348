#include "store/rocks_options.h"

#include <fcntl.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <mutex>

namespace tollgate::rocks_options {
namespace {

// Sized for a gateway that starts within 40 MiB resident: memtables and cache grow with use, up to these.
constexpr std::size_t kJournalMemtableBytes = 8u << 20;
constexpr std::size_t kSmallMemtableBytes = 2u << 20;
constexpr std::size_t kArenaBlockBytes = 64u << 10;
constexpr std::uint64_t kMaxWalBytes = 64u << 20;
constexpr std::uint64_t kBytesPerSync = 1u << 20;
constexpr std::uint64_t kWalBytesPerSync = 512u << 10;
constexpr std::size_t kLogBytes = 4u << 20;  // then the file becomes LOG.old, and the old one goes
constexpr std::size_t kLogLineBytes = 1024;
constexpr int kMaxOpenFiles = 512;
constexpr double kBloomBitsPerKey = 10;

class Log : public rocksdb::Logger {
  public:
    explicit Log(std::string path) : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), path_(std::move(path)) { open(); }
    ~Log() override { ::close(file_); }
    bool is_open() const { return file_ >= 0; }

    using Logger::Logv;
    void LogHeader(const char*, va_list) override {}  // a list of all options
    void Logv(const char* format, va_list arguments) override {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        std::array<char, kLogLineBytes> line;
        const int head =
            std::snprintf(line.data(), line.size(), "%lld ",
                          static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
        const int text = std::vsnprintf(line.data() + head, line.size() - head - 1, format, arguments);
        std::size_t size = std::min<std::size_t>(head + std::max(text, 0), line.size() - 2);
        line[size++] = '\n';
        const std::lock_guard lock(mutex_);
        [[maybe_unused]] const auto written = ::write(file_, line.data(), size);
        bytes_ += size;
        if (bytes_ < kLogBytes) return;
        ::close(file_);
        ::rename(path_.c_str(), (path_ + ".old").c_str());
        open();
    }

  private:
    void open() {
        file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
        struct stat info{};
        bytes_ = ::fstat(file_, &info) == 0 ? static_cast<std::size_t>(info.st_size) : 0;
    }

    const std::string path_;
    std::mutex mutex_;
    int file_ = -1;
    std::size_t bytes_ = 0;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> open_log(const std::string& directory) {
    auto log = std::make_shared<Log>(directory + "/LOG");
    return log->is_open() ? log : nullptr;
}

// RocksDB 7.8.3 (Debian 12). Leave alone what is broken there:
//   1. recycle_log_file_num is silently set to 0 under point-in-time recovery (fixed in 9.1): no WAL preallocation.
//   2. track_and_verify_wals_in_manifest after SyncWAL() reports a false "Missing WAL" (7.10): off.
//   3. Multi-level FIFO compaction deletes a file too many (7.10): no FIFO families.
//   4. Recovery from a compressed WAL can fail (8.0): wal_compression off.
//   5. LockWAL can be re-locked wrongly (7.10, 8.0): not used.
//   6. HyperClockCache is experimental (10.7): LRU cache.
//   7. WAL_ttl_seconds with a clock set back deletes the newest archived WAL (10.9): no archived WALs; journal blocks
//      are what is shipped.
//   8. Its own log aborts the process at the second line that a full disk refuses (Debian builds with assertions): we
//      bring one that loses lines instead.
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

}  // namespace tollgate::rocks_options
