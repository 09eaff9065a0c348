#include "store/rocks_store.h"

#include <fcntl.h>
#include <rocksdb/convenience.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "store/key_space.h"
#include "store/rocks_state.h"

namespace tollgate {

using namespace rocks_options;

namespace {

// What opening again may write: the tables that its memtables become, and a log.
constexpr off_t kRoomToOpenBytes = static_cast<off_t>(kAllMemtablesBytes + (8u << 20));

std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

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

RocksStore::RocksStore() : state_(std::make_unique<State>()) {}
RocksStore::~RocksStore() = default;

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

Status RocksStore::State::sync() {
    const auto status = database->SyncWAL();
    return status.ok() ? Status() : database_error("cannot sync " + name, status);
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
