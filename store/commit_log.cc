#include "store/commit_log.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "store/big_endian.h"

namespace tollgate {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::uint8_t kVersion = 1;
constexpr char kMagic[] = "TGCLOG\n";  // 7 characters
constexpr std::size_t kHashBytes = SHA256_DIGEST_LENGTH;
constexpr std::size_t kHeaderHashed = 1 + 7 + 8;
constexpr std::size_t kRecordBytes = kHashBytes + 1 + 4 + 4 + 8 + 8 + 8;  // before the operations
constexpr std::size_t kOperationBytes = 1 + 1 + 4 + 4;                    // before key and value
constexpr std::size_t kZerosBytes = 1u << 20;                             // written at once when the file is made
constexpr std::size_t kSearchBytes = 1u << 20;                            // read at once behind the end

using Hash = std::array<unsigned char, kHashBytes>;

Hash sha256(std::string_view bytes) {
    Hash hash;
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
    return hash;
}

std::size_t whole_pages(std::size_t bytes) { return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes; }

struct RecordHead {
    std::uint32_t operations = 0, bytes = 0;
    std::uint64_t first_sequence = 0, sequence = 0, durable = 0;
};

// What a page says if it begins a record, not verified yet; nullopt if it does not.
std::optional<RecordHead> read_head(std::string_view page) {
    const char* const in = page.data() + kHashBytes;
    if (static_cast<std::uint8_t>(*in) != kVersion) return std::nullopt;
    return RecordHead{read_big_endian<std::uint32_t>(in + 1), read_big_endian<std::uint32_t>(in + 5),
                      read_big_endian<std::uint64_t>(in + 9), read_big_endian<std::uint64_t>(in + 17),
                      read_big_endian<std::uint64_t>(in + 25)};
}

bool decode_operations(std::string_view bytes, std::uint32_t count, WriteBatch& batch) {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (bytes.size() < kOperationBytes) return false;
        const auto family = static_cast<std::uint8_t>(bytes[0]);
        const bool erase = bytes[1] != 0;
        const std::size_t key = read_big_endian<std::uint32_t>(bytes.data() + 2);
        const std::size_t value = read_big_endian<std::uint32_t>(bytes.data() + 6);
        bytes.remove_prefix(kOperationBytes);
        if (family >= kFamilyCount || bytes.size() < key || bytes.size() - key < value) return false;
        if (erase) {
            batch.erase(static_cast<Family>(family), std::string(bytes.substr(0, key)));
        } else {
            batch.put(static_cast<Family>(family), std::string(bytes.substr(0, key)),
                      std::string(bytes.substr(key, value)));
        }
        bytes.remove_prefix(key + value);
    }
    return bytes.empty();
}

}  // namespace

struct CommitLog::State {
    std::string path;
    int file = -1;
    std::size_t file_bytes = 0;
    std::uint64_t first_sequence = 0;  // of the header
    std::size_t end = 0;               // where the next record goes; 0 before start()
    std::uint64_t durable = 0;         // all up to this sequence are on disk
    std::string buffer;

    ~State() {
        if (file >= 0) ::close(file);
    }

    Status error(const std::string& what) const {
        return {StatusCode::io, what + " commit log " + path + ": " + std::generic_category().message(errno)};
    }
    Status corrupt(const std::string& what) const { return {StatusCode::corrupt, "commit log " + path + ": " + what}; }

    Status write_all(std::string_view bytes, std::size_t at) const;
    Result<std::string> read(std::size_t at, std::size_t bytes) const;
    Status read_header();
    Result<std::optional<std::string>> read_record(std::size_t at) const;
    Status check_end(std::size_t at, std::uint64_t expected) const;
};

Status CommitLog::State::write_all(std::string_view bytes, std::size_t at) const {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return error("cannot write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
        at += static_cast<std::size_t>(written);
    }
    return {};
}

Result<std::string> CommitLog::State::read(std::size_t at, std::size_t bytes) const {
    std::string out(bytes, '\0');
    for (std::size_t done = 0; done < bytes;) {
        const ssize_t got = ::pread(file, out.data() + done, bytes - done, static_cast<off_t>(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(error("cannot read"));
        if (got == 0) return std::unexpected(corrupt("is shorter than it was"));
        done += static_cast<std::size_t>(got);
    }
    return out;
}

Status CommitLog::State::read_header() {
    const auto page = read(0, kPageBytes);
    if (!page) return page.error();
    const auto version = static_cast<std::uint8_t>((*page)[0]);
    if (std::string_view(*page).substr(1, 7) != std::string_view(kMagic, 7)) return corrupt("does not begin like one");
    if (version > kVersion) {
        return {StatusCode::too_new, "commit log " + path + " has format version " + std::to_string(version) +
                                         ", this program knows " + std::to_string(kVersion)};
    }
    const Hash hash = sha256(std::string_view(*page).substr(0, kHeaderHashed));
    if (std::memcmp(page->data() + kHeaderHashed, hash.data(), hash.size()) != 0) {
        return corrupt("its header fails its checksum");
    }
    first_sequence = read_big_endian<std::uint64_t>(page->data() + 8);
    return {};
}

// The whole record that begins at `at`; nullopt if none does.
Result<std::optional<std::string>> CommitLog::State::read_record(std::size_t at) const {
    if (at + kPageBytes > file_bytes) return std::nullopt;
    auto record = read(at, kPageBytes);
    if (!record) return std::unexpected(record.error());
    const auto head = read_head(*record);
    if (!head || head->first_sequence != first_sequence || kRecordBytes + head->bytes > file_bytes - at) {
        return std::nullopt;
    }
    const std::size_t bytes = kRecordBytes + head->bytes;
    if (bytes > kPageBytes) {
        record = read(at, bytes);
        if (!record) return std::unexpected(record.error());
    }
    record->resize(bytes);
    const Hash hash = sha256(std::string_view(*record).substr(kHashBytes));
    if (std::memcmp(record->data(), hash.data(), hash.size()) != 0) return std::nullopt;
    return std::move(*record);
}

// A record that was being written when the power went is torn, and nobody was answered. But if a later one says that
// `expected` was on disk, something that had been answered is lost.
Status CommitLog::State::check_end(std::size_t at, std::uint64_t expected) const {
    for (; at + kPageBytes <= file_bytes; at += kSearchBytes) {
        const auto pages = read(at, std::min(kSearchBytes, file_bytes - at));
        if (!pages) return pages.error();
        for (std::size_t page = 0; page + kPageBytes <= pages->size(); page += kPageBytes) {
            const auto head = read_head(std::string_view(*pages).substr(page, kPageBytes));
            if (!head || head->sequence <= expected || head->durable < expected) continue;
            const auto record = read_record(at + page);
            if (!record) return record.error();
            if (*record) {
                return corrupt("commit " + std::to_string(expected) + " is unreadable at byte " + std::to_string(at) +
                               ", but commit " + std::to_string(head->sequence) + " relies on it");
            }
        }
    }
    return {};
}

CommitLog::CommitLog() : state_(std::make_unique<State>()) {}
CommitLog::~CommitLog() = default;

Result<std::unique_ptr<CommitLog>> CommitLog::open(const std::string& path) {
    std::unique_ptr<CommitLog> log(new CommitLog());
    State& state = *log->state_;
    state.path = path;
    state.file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (state.file < 0 && errno == ENOENT) return failure(StatusCode::not_found, "no commit log " + path);
    struct stat info{};
    if (state.file < 0 || ::fstat(state.file, &info) != 0) return std::unexpected(state.error("cannot open"));
    state.file_bytes = static_cast<std::size_t>(info.st_size) / kPageBytes * kPageBytes;
    if (state.file_bytes < 2 * kPageBytes) return std::unexpected(state.corrupt("is too short"));
    if (auto status = state.read_header(); !status.ok()) return std::unexpected(std::move(status));
    return log;
}

// Under another name first: a process killed here leaves no half-made log.
Result<std::unique_ptr<CommitLog>> CommitLog::create(const std::string& path, std::size_t bytes) {
    const std::string temporary = path + ".new";
    {
        State made;
        made.path = temporary;
        made.file = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (made.file < 0) return std::unexpected(made.error("cannot create"));
        errno = ::posix_fallocate(made.file, 0, static_cast<off_t>(bytes));
        Status status = errno == 0 ? Status() : made.error("cannot allocate");
        const std::string zeros(kZerosBytes, '\0');
        for (std::size_t at = 0; status.ok() && at < bytes; at += zeros.size()) {
            status = made.write_all(std::string_view(zeros).substr(0, std::min(zeros.size(), bytes - at)), at);
        }
        if (status.ok()) {
            CommitLog log;
            std::swap(log.state_->file, made.file);
            log.state_->path = temporary;
            status = log.start(1);
        }
        if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) status = made.error("cannot name");
        if (!status.ok()) {
            ::unlink(temporary.c_str());
            return std::unexpected(std::move(status));
        }
    }
    const int directory = ::open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool named = directory >= 0 && ::fsync(directory) == 0;
    if (directory >= 0) ::close(directory);
    if (!named) return failure(StatusCode::io, "cannot sync the directory of commit log " + path);
    return open(path);
}

Status CommitLog::replay(std::uint64_t sequence,
                         const std::function<Status(std::uint64_t sequence, const WriteBatch& batch)>& apply) {
    const State& state = *state_;
    std::uint64_t expected = state.first_sequence;
    if (expected > sequence + 1) {
        return state.corrupt("begins with commit " + std::to_string(expected) +
                             ", but the database has commits up to " + std::to_string(sequence) + " only");
    }
    std::size_t at = kPageBytes;
    for (;; ++expected) {
        const auto record = state.read_record(at);
        if (!record) return record.error();
        if (!*record) break;
        const std::string& bytes = **record;
        const RecordHead head = read_head(bytes).value_or(RecordHead());
        if (head.sequence != expected) {
            return state.corrupt("has commit " + std::to_string(head.sequence) + " in place of " +
                                 std::to_string(expected));
        }
        at += whole_pages(bytes.size());
        if (head.sequence <= sequence) continue;
        WriteBatch batch;
        if (!decode_operations(std::string_view(bytes).substr(kRecordBytes), head.operations, batch)) {
            return state.corrupt("commit " + std::to_string(head.sequence) + " is malformed");
        }
        if (auto status = apply(head.sequence, batch); !status.ok()) return status;
        ++sequence;
    }
    return sequence < expected ? state.check_end(at, expected) : Status();
}

Status CommitLog::start(std::uint64_t next_sequence) {
    State& state = *state_;
    std::string page;
    page.push_back(static_cast<char>(kVersion));
    page.append(kMagic, 7);
    append_big_endian(page, next_sequence);
    const Hash hash = sha256(page);
    page.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    page.resize(kPageBytes, '\0');
    if (auto status = state.write_all(page, 0); !status.ok()) return status;
    if (::fdatasync(state.file) != 0) return state.error("cannot sync");
    state.first_sequence = next_sequence;
    state.durable = next_sequence - 1;
    state.end = kPageBytes;
    return {};
}

Status CommitLog::append(std::uint64_t sequence, const WriteBatch& batch, Durability durability) {
    State& state = *state_;
    std::string& out = state.buffer;
    out.assign(kHashBytes, '\0');
    out.push_back(static_cast<char>(kVersion));
    append_big_endian(out, static_cast<std::uint32_t>(batch.operations().size()));
    append_big_endian(out, std::uint32_t{0});
    append_big_endian(out, state.first_sequence);
    append_big_endian(out, sequence);
    append_big_endian(out, state.durable);
    for (const auto& operation : batch.operations()) {
        out.push_back(static_cast<char>(operation.family));
        out.push_back(operation.erase ? '\1' : '\0');
        append_big_endian(out, static_cast<std::uint32_t>(operation.key.size()));
        append_big_endian(out, static_cast<std::uint32_t>(operation.value.size()));
        out.append(operation.key).append(operation.value);
    }
    if (state.end == 0 || whole_pages(out.size()) > state.file_bytes - state.end) {
        return {StatusCode::full, "commit log " + state.path + " is full"};
    }
    write_big_endian(out.data() + kHashBytes + 5, static_cast<std::uint32_t>(out.size() - kRecordBytes));
    const Hash hash = sha256(std::string_view(out).substr(kHashBytes));
    std::ranges::copy(hash, reinterpret_cast<unsigned char*>(out.data()));
    out.resize(whole_pages(out.size()), '\0');
    if (auto status = state.write_all(out, state.end); !status.ok()) return status;
    if (durability == Durability::disk) {
        if (::fdatasync(state.file) != 0) return state.error("cannot sync");
        state.durable = sequence;
    }
    state.end += out.size();
    return {};
}

}  // namespace tollgate
