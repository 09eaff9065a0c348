#include "store/rocks_store.h"

#include <fcntl.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "store/commit_log.h"
#include "store/key_space.h"
#include "store/rocks_options.h"

namespace tollgate {

using namespace rocks_options;

namespace {

// What opening again may write: the tables that its memtables become, and a log.
constexpr off_t kRoomToOpenBytes = static_cast<off_t>(kAllMemtablesBytes + (8u << 20));

// RocksDB would write a LOG file even beside a database that it only reads. Its first complaint about a log is kept:
// the status that it returns does not say which file.
class KeptLog : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char* format, va_list arguments) override {
        char line[512];
        std::vsnprintf(line, sizeof line, format, arguments);
        if (complaint_.empty() && std::string_view(line).find(": dropping ") != std::string_view::npos) {
            complaint_ = line;
        }
    }
    const std::string& complaint() const { return complaint_; }

  private:
    std::string complaint_;
};

rocksdb::DBOptions read_only_options(bool whole_log, const std::shared_ptr<KeptLog>& log) {
    rocksdb::DBOptions options = database_options();
    options.create_if_missing = false;
    options.info_log = log;
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

Status file_error(const std::string& what) {
    return {StatusCode::io, what + ": " + std::generic_category().message(errno)};
}

// Whether the disk takes what opening again would write. Asked first, because a store that is closed answers no reads.
Status check_room(const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / "resume_probe";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) return file_error("cannot create " + path.string());
    errno = ::posix_fallocate(fd, 0, kRoomToOpenBytes);
    Status status;
    if (errno != 0) {
        status = file_error("cannot allocate " + std::to_string(kRoomToOpenBytes) + " bytes in " + directory.string());
    } else if (::pwrite(fd, path.c_str(), 1, 0) != 1 || ::fsync(fd) != 0) {
        status = file_error("cannot write " + path.string());
    }
    ::close(fd);
    ::unlink(path.c_str());
    return status;
}

}  // namespace

struct RocksStore::State {
    std::filesystem::path directory;
    std::string name;  // for messages
    std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(kBlockCacheBytes, kCacheShardBits);
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

    ~State() {
        // Only spares the next start the reading of the log.
        if (log && !read_only && sync().ok()) (void)log->start(sequence + 1);
        close_database();
    }

    void close_database() {
        for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
        log.reset();
        handles.clear();
        families.fill(nullptr);
        if (database) (void)database->Close();
        database.reset();
    }
    Status closed() const { return {StatusCode::io, name + " is closed: opening it again failed"}; }
    std::filesystem::path database_path() const { return directory / "rocksdb"; }

    rocksdb::ColumnFamilyHandle* handle(Family family) const { return families[static_cast<std::size_t>(family)]; }

    Status open_database();
    Status open_read_only(const std::vector<std::string>& existing, bool whole_log);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(const std::vector<std::string>& names) const;
    void find_families();
    Result<std::uint64_t> schema_version(std::string_view stored) const;
    Result<std::uint64_t> stored_sequence();
    Status read_log();
    Status sync();
    Status write(const WriteBatch& batch, Durability durability);
    Status write_log(const WriteBatch& batch, Durability durability, bool& logged);
    Status write_database(const WriteBatch& batch, std::uint64_t number, bool sync_it);
    Status check_schema(RocksStore& store);
    Status check_families() const;
    Status create_schema(RocksStore& store);
    Status create_missing_families();
    Status migrate(RocksStore& store);
    std::unique_ptr<rocksdb::Iterator> iterator(Family family, const rocksdb::Slice* begin, const rocksdb::Slice* end);
};

RocksStore::RocksStore() : state_(std::make_unique<State>()) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::string& data_directory, const RocksOptions& options) {
    std::unique_ptr<RocksStore> store(new RocksStore());
    State& state = *store->state_;
    state.settings = options;
    state.directory = data_directory;
    state.name = "data directory " + data_directory;
    for (const auto& path : {state.directory, state.database_path()}) {
        if (auto status = make_private_directory(path); !status.ok()) return std::unexpected(std::move(status));
    }
    if (auto status = state.open_database(); !status.ok()) return std::unexpected(std::move(status));
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

Status RocksStore::State::open_database() {
    auto existing = existing_families(database_path());
    if (!existing) return existing.error();
    if (existing->empty()) existing->emplace_back(kFamilyNames[0]);
    rocksdb::DB* opened = nullptr;
    rocksdb::DBOptions options = database_options();
    options.info_log = open_log(database_path().string());
    if (!options.info_log) return file_error("cannot open the log of " + name);
    const auto status = rocksdb::DB::Open(options, database_path().string(), descriptors(*existing), &handles, &opened);
    if (is_locked(status)) return {StatusCode::locked, name + " is in use by another process"};
    if (!status.ok()) return database_error("cannot open " + name, status);
    database.reset(opened);
    find_families();
    if (families[0] == nullptr) return {StatusCode::corrupt, name + ": family default is missing"};
    const auto stored = stored_sequence();
    if (!stored) return stored.error();
    sequence = *stored;
    return read_log();
}

// Applies what the database lost; then all of the log is on the database's own disk, and it begins afresh.
Status RocksStore::State::read_log() {
    const std::string path = (directory / "commit_log").string();
    auto opened = CommitLog::open(path);
    if (!opened && opened.error().code() == StatusCode::not_found) {
        if (!settings.commit_log) return {};
        opened = CommitLog::create(path, settings.commit_log_bytes);
    }
    if (!opened) return opened.error();
    Status status = (*opened)->replay(sequence, [this](std::uint64_t number, const WriteBatch& batch) {
        Status applied = write_database(batch, number, false);
        if (applied.ok()) sequence = number;
        return applied;
    });
    if (status.ok()) status = sync();
    if (!status.ok()) return status;
    if (!settings.commit_log) {
        ::unlink(path.c_str());
        return {};
    }
    log = std::move(*opened);
    return log->start(sequence + 1);
}

Status RocksStore::State::sync() {
    const auto status = database->SyncWAL();
    return status.ok() ? Status() : database_error("cannot sync " + name, status);
}

Status RocksStore::State::open_read_only(const std::vector<std::string>& existing, bool whole_log) {
    rocksdb::DB* opened = nullptr;
    const auto kept = std::make_shared<KeptLog>();
    const auto status = rocksdb::DB::OpenForReadOnly(read_only_options(whole_log, kept), database_path().string(),
                                                     descriptors(existing), &handles, &opened);
    if (!status.ok()) {
        const std::string where = kept->complaint().empty() ? "" : " (" + kept->complaint() + ")";
        return database_error("cannot open " + name + where, status);
    }
    database.reset(opened);
    find_families();
    read_only.store(true, std::memory_order_release);
    for_reading = true;
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
    store->state_->directory = data_directory;
    store->state_->name = "data directory " + data_directory;
    if (auto status = store->state_->open_read_only(*existing, whole_log); !status.ok()) {
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
    const std::shared_lock lock(state_->open_mutex);
    if (!state_->database) return state_->closed();
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(state_->database.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> owned(made);
    // No flush: on a full disk it would fail, and a failed flush stops the database. The log is copied instead.
    constexpr auto kNeverFlush = std::numeric_limits<std::uint64_t>::max();
    if (status.ok()) status = made->CreateCheckpoint((target / "rocksdb").string(), kNeverFlush);
    return status.ok() ? Status() : database_error("checkpoint " + directory + " failed", status);
}

Status RocksStore::verify_files() {
    const std::shared_lock lock(state_->open_mutex);
    if (!state_->database) return state_->closed();
    const auto status = state_->database->VerifyChecksum();
    return status.ok() ? Status() : database_error("damaged file in " + state_->name, status);
}

// 0 before the first commit, and in a database from before commits were counted.
Result<std::uint64_t> RocksStore::State::stored_sequence() {
    std::string value;
    const auto status =
        database->Get(rocksdb::ReadOptions(), handle(Family::system), slice(kCommitSequenceKey), &value);
    if (status.IsNotFound()) return 0;
    if (!status.ok()) return std::unexpected(database_error("cannot read " + name, status));
    const auto stored = decode_u64(value);
    if (!stored) return failure(StatusCode::corrupt, name + ": the commit sequence is unreadable");
    return *stored;
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
    const std::shared_lock lock(state_->open_mutex);
    if (!state_->database) return std::unexpected(state_->closed());
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
    const std::shared_lock lock(state_->open_mutex);
    if (!state_->database) return state_->closed();
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
    const std::shared_lock lock(state_->open_mutex);
    if (!state_->database) return std::unexpected(state_->closed());
    if (!end.empty() && begin >= end) return failure(StatusCode::not_found, name + " has no key in that range");
    const rocksdb::Slice lower = slice(begin), upper = slice(end);
    const auto it = state_->iterator(family, &lower, &upper);
    it->SeekToLast();
    if (it->Valid()) return std::pair(it->key().ToString(), it->value().ToString());
    if (!it->status().ok()) return std::unexpected(database_error("search in " + name + " failed", it->status()));
    return failure(StatusCode::not_found, name + " has no key in that range");
}

Status RocksStore::State::write_database(const WriteBatch& batch, std::uint64_t number, bool sync_it) {
    rocksdb::WriteBatch writes(0, 0, kProtectionBytesPerKey, 0);
    rocksdb::Status status;
    for (const auto& operation : batch.operations()) {
        auto* family = handle(operation.family);
        if (family == nullptr) return {StatusCode::corrupt, name + ": a family that is written to is missing"};
        status =
            operation.erase ? writes.Delete(family, operation.key) : writes.Put(family, operation.key, operation.value);
        if (!status.ok()) break;
    }
    if (status.ok()) status = writes.Put(handle(Family::system), slice(kCommitSequenceKey), encode_u64(number));
    if (status.ok()) {
        rocksdb::WriteOptions write_options;
        write_options.sync = sync_it;
        status = database->Write(write_options, &writes);
    }
    return status.ok() ? Status() : database_error("write to " + name + " failed", status);
}

// False in `logged`: it is larger than the whole log.
Status RocksStore::State::write_log(const WriteBatch& batch, Durability durability, bool& logged) {
    logged = true;
    Status status = log->append(sequence + 1, batch, durability);
    if (status.code() != StatusCode::full) return status;
    status = sync();
    if (status.ok()) status = log->start(sequence + 1);
    if (status.ok()) status = log->append(sequence + 1, batch, durability);
    logged = status.ok();
    return status.code() == StatusCode::full ? Status() : status;
}

Status RocksStore::State::write(const WriteBatch& batch, Durability durability) {
    bool logged = false;
    Status status;
    if (log) status = write_log(batch, durability, logged);
    if (status.ok()) {
        const bool beside_log = log && !logged;
        status = write_database(batch, sequence + 1, beside_log || (!log && durability == Durability::disk));
        if (status.ok() && beside_log) status = log->start(sequence + 2);
    }
    if (status.ok()) ++sequence;
    return status;
}

Status RocksStore::commit(const WriteBatch& batch, Durability durability) {
    const std::lock_guard commits(state_->commit_mutex);
    const std::shared_lock lock(state_->open_mutex);
    if (read_only()) return {StatusCode::read_only, state_->name + " is read-only since an earlier write failed"};
    Status status = state_->write(batch, durability);
    if (!status.ok()) state_->read_only.store(true, std::memory_order_release);
    return status;
}

// Closed and opened again, always: RocksDB's own Resume() would go on behind a torn record in its log, and a later
// recovery would end there.
Status RocksStore::resume() {
    State& state = *state_;
    const std::lock_guard commits(state.commit_mutex);
    if (!read_only()) return {};
    if (state.for_reading) return {StatusCode::read_only, state.name + " was opened for reading only"};
    if (auto status = check_room(state.directory); !status.ok()) return status;
    const std::unique_lock lock(state.open_mutex);
    state.close_database();
    const std::uint64_t answered = state.sequence;
    if (auto status = state.open_database(); !status.ok()) {
        state.close_database();
        state.sequence = answered;
        return status;
    }
    // The commit that failed may have been stored all the same.
    if (state.sequence != answered && state.sequence != answered + 1) {
        const std::uint64_t found = std::exchange(state.sequence, answered);
        return {StatusCode::corrupt, state.name + " has commits up to number " + std::to_string(found) +
                                         " after opening it again; " + std::to_string(answered) + " had been answered"};
    }
    state.read_only.store(false, std::memory_order_release);
    return {};
}

Status RocksStore::drop_range(Family family, std::string_view begin, std::string_view end) {
    const std::shared_lock lock(state_->open_mutex);
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
    state_->read_only.store(true, std::memory_order_release);
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
