#include <rocksdb/sst_file_reader.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "store/key_space.h"
#include "store/rocks_state.h"

namespace tollgate {

using namespace rocks_options;

namespace {

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

StatusCode code_of(const rocksdb::Status& status) {
    if (status.ok()) return StatusCode::ok;
    if (status.IsNotFound()) return StatusCode::not_found;
    if (status.IsCorruption()) return StatusCode::corrupt;
    return StatusCode::io;
}

// RocksDB has no code of its own for a LOCK that is held: by another process, or twice by this one.
bool is_locked(const rocksdb::Status& status) {
    if (!status.IsIOError()) return false;
    const std::string text = status.ToString();
    return text.find("While lock file") != std::string::npos ||
           text.find("lock hold by current process") != std::string::npos;
}

// " (000012.sst is damaged)": RocksDB does not say which table it could not open.
std::string damaged_table(const std::filesystem::path& database) {
    namespace fs = std::filesystem;
    std::error_code error;
    for (fs::directory_iterator file(database, error), end; !error && file != end; file.increment(error)) {
        if (file->path().extension() != ".sst") continue;
        rocksdb::SstFileReader table{rocksdb::Options()};
        rocksdb::Status status = table.Open(file->path().string());
        if (status.ok()) status = table.VerifyChecksum();
        if (status.IsCorruption()) return " (" + file->path().filename().string() + " is damaged)";
    }
    return "";
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

std::string family_name(std::size_t family) {
    return family == 0 ? std::string("system") : std::string(kFamilyNames[family]);
}

Status database_error(const std::string& what, const rocksdb::Status& status) {
    return {code_of(status), what + ": " + status.ToString()};
}

Status file_error(const std::string& what) {
    return {StatusCode::io, what + ": " + std::generic_category().message(errno)};
}

Status make_private_directory(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::is_directory(path, error)) return {};
    fs::create_directories(path.parent_path(), error);  // if this fails, so does mkdir
    if (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
    return {StatusCode::io, "cannot create directory " + path.string() + ": " + std::generic_category().message(errno)};
}

RocksStore::State::~State() {
    // Only spares the next start the reading of the log.
    if (log && !read_only && sync().ok()) (void)log->start(sequence + 1);
    close_database();
}

void RocksStore::State::close_database() {
    for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
    log.reset();
    handles.clear();
    families.fill(nullptr);
    if (database) (void)database->Close();
    database.reset();
}

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

Status RocksStore::State::open_error(const rocksdb::Status& status, const std::string& complaint) const {
    std::string where;
    if (!complaint.empty()) where = " (" + complaint + ")";
    if (where.empty() && status.IsCorruption()) where = damaged_table(database_path());
    return database_error("cannot open " + name + where, status);
}

Status RocksStore::State::open_database() {
    auto existing = existing_families(database_path());
    if (!existing) return existing.error();
    if (existing->empty()) existing->emplace_back(kFamilyNames[0]);
    rocksdb::DB* opened = nullptr;
    rocksdb::DBOptions options = database_options();
    options.info_log = open_log(database_path().string());
    if (!options.info_log) return file_error("cannot open the log of " + name);
    gapless_log = std::make_unique<GaplessLog>(GaplessLog::OnGap::end);
    options.wal_filter = gapless_log.get();
    const auto status = rocksdb::DB::Open(options, database_path().string(), descriptors(*existing), &handles, &opened);
    if (is_locked(status)) return {StatusCode::locked, name + " is in use by another process"};
    if (!status.ok()) return open_error(status);
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

Status RocksStore::State::open_read_only(const std::vector<std::string>& existing, bool whole_log) {
    rocksdb::DB* opened = nullptr;
    const auto kept = std::make_shared<KeptLog>();
    gapless_log = std::make_unique<GaplessLog>(whole_log ? GaplessLog::OnGap::fail : GaplessLog::OnGap::end);
    rocksdb::DBOptions options = read_only_options(whole_log, kept);
    options.wal_filter = gapless_log.get();
    const auto status =
        rocksdb::DB::OpenForReadOnly(options, database_path().string(), descriptors(existing), &handles, &opened);
    if (!status.ok()) return open_error(status, kept->complaint());
    database.reset(opened);
    find_families();
    read_only.store(true, std::memory_order_release);
    for_reading = true;
    return {};
}

// Reading alone cannot apply it.
Status RocksStore::State::check_log_is_applied() {
    const auto log_file = CommitLog::open((directory / "commit_log").string());
    if (!log_file) return log_file.error().code() == StatusCode::not_found ? Status() : log_file.error();
    const auto stored = stored_sequence();
    if (!stored) return stored.error();
    return (*log_file)->replay(*stored, [this](std::uint64_t number, const WriteBatch&) {
        return Status(StatusCode::invalid, name + ": commit " + std::to_string(number) +
                                               " is in the commit log only: start the gateway once, which applies it");
    });
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
    if (auto status = store->state_->check_version(*version); !status.ok()) return std::unexpected(std::move(status));
    if (auto status = store->state_->check_families(); !status.ok()) return std::unexpected(std::move(status));
    if (auto status = store->state_->check_log_is_applied(); !status.ok()) return std::unexpected(std::move(status));
    return store;
}

// 0 before the first commit.
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

Status RocksStore::State::check_version(std::string_view stored) const {
    const auto version = decode_u64(stored);
    if (!version) return {StatusCode::corrupt, name + ": the schema version is unreadable"};
    if (*version > kSchemaVersion) {
        return {StatusCode::too_new, name + " has schema version " + std::to_string(*version) +
                                         ", this program knows versions up to " + std::to_string(kSchemaVersion)};
    }
    if (*version == 0) return {StatusCode::corrupt, name + ": there is no schema version 0"};
    return {};
}

Status RocksStore::State::check_schema(RocksStore& store) {
    const auto stored = store.get(Family::system, kSchemaVersionKey);
    if (!stored) return stored.error().code() == StatusCode::not_found ? create_schema(store) : stored.error();
    if (auto status = check_version(*stored); !status.ok()) return status;
    return check_families();
}

Status RocksStore::State::check_families() const {
    for (std::size_t i = 0; i < kFamilyCount; ++i) {
        if (families[i] == nullptr) return {StatusCode::corrupt, name + ": family " + family_name(i) + " is missing"};
    }
    return {};
}

}  // namespace tollgate
