#include "gateway/tools/backup.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "gateway/ops/backup_record.h"
#include "gateway/text/json_writer.h"
#include "gateway/text/time_text.h"
#include "gateway/tools/ledger_commands.h"
#include "gateway/tools/progress.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::int64_t kManifestFormat = 1;
constexpr std::size_t kCopyBytes = 1 << 20;
constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::size_t kMostBalancesPrinted = 20;
constexpr auto kManifestName = "manifest.json";
constexpr auto kDataName = "data";

struct ManifestFile {
    std::string path;  // inside data/
    std::uint64_t size = 0;
    std::string sha256;
};
struct Manifest {
    std::int64_t created_ms = 0;
    bool of_running = false;
    std::vector<ManifestFile> files;
    std::uint64_t bytes() const {
        std::uint64_t sum = 0;
        for (const ManifestFile& file : files) sum += file.size;
        return sum;
    }
};

Status io_error(const std::string& what) { return Status(StatusCode::io, what + ": " + std::strerror(errno)); }

struct Descriptor {
    int fd = -1;
    explicit Descriptor(int opened) : fd(opened) {}
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

class Sha256 {
  public:
    Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
    void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
    std::string hex() {
        KeyDigest digest;
        EVP_DigestFinal_ex(context_.get(), digest.bytes.data(), nullptr);
        return to_hex(digest);
    }

  private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

// Copies one file and puts it on disk; fills in size and hash of what was read.
Status copy_file(const fs::path& from, const fs::path& to, ManifestFile& file, std::uint64_t& copied,
                 std::uint64_t total, Progress& progress) {
    const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (in.fd < 0) return io_error("cannot read " + from.string());
    const Descriptor out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (out.fd < 0) return io_error("cannot create " + to.string());
    std::vector<char> buffer(kCopyBytes);
    Sha256 hash;
    for (;;) {
        const ssize_t got = ::read(in.fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return io_error("cannot read " + from.string());
        if (got == 0) break;
        std::string_view left(buffer.data(), static_cast<std::size_t>(got));
        hash.add(left);
        file.size += left.size();
        copied += left.size();
        while (!left.empty()) {
            const ssize_t written = ::write(out.fd, left.data(), left.size());
            if (written < 0 && errno != EINTR) return io_error("cannot write " + to.string());
            if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
        }
        progress.update(copied / kMegabyte, total / kMegabyte);
    }
    file.sha256 = hash.hex();
    return ::fsync(out.fd) == 0 ? Status() : io_error("cannot write " + to.string());
}

Status sync_directory(const fs::path& path) {
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.fd >= 0 && ::fsync(directory.fd) == 0 ? Status() : io_error("cannot write " + path.string());
}

// Makes `path`, or takes it if it is an empty directory.
Status take_empty_directory(const fs::path& path, const char* option) {
    std::error_code error;
    if (fs::exists(path, error)) {
        const bool empty = fs::is_directory(path, error) && fs::is_empty(path, error);
        if (empty && !error) return {};
        return Status(StatusCode::already_exists, std::string(option) + " " + path.string() + " is not empty");
    }
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    return ::mkdir(path.c_str(), S_IRWXU) == 0 ? Status() : io_error("cannot create directory " + path.string());
}

// What RocksDB needs of its directory: not its lock, and not what it writes for people.
bool belongs_to_backup(const std::string& name) { return name != "LOCK" && !name.starts_with("LOG"); }

Result<std::vector<std::string>> files_to_copy(const fs::path& directory) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::directory_iterator file(directory / "rocksdb", error), end; !error && file != end; file.increment(error)) {
        const std::string name = file->path().filename().string();
        if (file->is_regular_file() && belongs_to_backup(name)) files.push_back("rocksdb/" + name);
    }
    // Beside the database: slots, and what else of the store is no directory of its own.
    for (const char* const name : {"slots", "commit_log"}) {
        if (fs::exists(directory / name)) files.emplace_back(name);
    }
    if (error) return failure(StatusCode::io, "cannot read " + directory.string() + ": " + error.message());
    return files;
}

Status write_manifest(const fs::path& path, const Manifest& manifest) {
    JsonWriter text;
    text.object().key("format").number(kManifestFormat).key("created_at").text(rfc3339(manifest.created_ms));
    text.key("created_ms").number(manifest.created_ms).key("tollgate_version").text(TOLLGATE_VERSION);
    text.key("of_running").flag(manifest.of_running).key("files").array();
    for (const ManifestFile& file : manifest.files) {
        text.object().key("path").text(file.path).key("size").number(static_cast<std::int64_t>(file.size));
        text.key("sha256").text(file.sha256).end();
    }
    const std::string bytes = text.end().end().take() + "\n";
    const Descriptor out(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    const bool written = out.fd >= 0 &&
                         ::write(out.fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                         ::fsync(out.fd) == 0;
    return written ? Status() : io_error("cannot write " + path.string());
}

// Of a file in the database's directory, or beside it; nothing that leads out of data/.
bool is_safe_path(const std::string& path) {
    const fs::path parts(path);
    if (path.empty() || parts.is_absolute()) return false;
    std::size_t count = 0;
    for (const fs::path& part : parts) {
        if (part == ".." || part == "." || part.empty() || ++count > 2) return false;
    }
    return count == 1 || *parts.begin() == "rocksdb";
}

Result<Manifest> read_manifest(const fs::path& path) {
    std::ifstream in(path);
    if (!in) return failure(StatusCode::not_found, path.string() + ": no backup there, or one that was not finished");
    std::stringstream text;
    text << in.rdbuf();
    const auto corrupt = [&](const std::string& what) {
        return failure(StatusCode::corrupt, path.string() + ": " + what);
    };
    boost::system::error_code failed;
    const json::value value = json::parse(text.str(), failed);
    if (failed || !value.is_object()) return corrupt("not a JSON object");
    const json::object& object = value.as_object();
    const auto* format = object.if_contains("format");
    if (format == nullptr || !format->is_int64()) return corrupt("no format");
    if (format->as_int64() > kManifestFormat) {
        return failure(StatusCode::too_new, path.string() + ": format " + std::to_string(format->as_int64()) +
                                                ", this program knows " + std::to_string(kManifestFormat));
    }
    Manifest manifest;
    const auto* created = object.if_contains("created_ms");
    const auto* of_running = object.if_contains("of_running");
    const auto* files = object.if_contains("files");
    if (created == nullptr || !created->is_int64() || of_running == nullptr || !of_running->is_bool() ||
        files == nullptr || !files->is_array()) {
        return corrupt("a member is missing");
    }
    manifest.created_ms = created->as_int64();
    manifest.of_running = of_running->as_bool();
    for (const json::value& one : files->as_array()) {
        const auto* file = one.if_object();
        const auto* name = file == nullptr ? nullptr : file->if_contains("path");
        const auto* size = file == nullptr ? nullptr : file->if_contains("size");
        const auto* sha256 = file == nullptr ? nullptr : file->if_contains("sha256");
        if (name == nullptr || !name->is_string() || size == nullptr || !size->is_int64() || size->as_int64() < 0 ||
            sha256 == nullptr || !sha256->is_string() || !is_safe_path(std::string(name->as_string()))) {
            return corrupt("a file's entry is malformed");
        }
        manifest.files.push_back({std::string(name->as_string()), static_cast<std::uint64_t>(size->as_int64()),
                                  std::string(sha256->as_string())});
    }
    return manifest;
}

// Damage in words, for a copy that is not to be trusted.
Status check_copy(const std::string& directory, bool of_running, const std::string& what, DirectoryReport& report) {
    const auto source = LedgerSource::copy(directory, of_running);
    auto checked = verify_directory(*source, what + ": verify");
    if (!checked) return checked.error();
    report = std::move(*checked);
    if (!report.difference()) return {};
    return Status(StatusCode::corrupt, what + ": difference: " + to_string(*report.difference()));
}

Status copy_backup(const LedgerSource& source, const fs::path& to, Manifest& manifest) {
    const fs::path from(source.directory()), data = to / kDataName;
    const auto files = files_to_copy(from);
    if (!files) return files.error();
    std::uint64_t total = 0, copied = 0;
    std::error_code error;
    for (const std::string& file : *files) total += fs::file_size(from / file, error);
    fs::create_directories(data / "rocksdb", error);
    fs::permissions(data, fs::perms::owner_all, error);
    Progress progress("backup", "MB");
    for (const std::string& path : *files) {
        ManifestFile file{.path = path, .size = 0, .sha256 = {}};
        if (Status status = copy_file(from / path, data / path, file, copied, total, progress); !status.ok()) {
            return status;
        }
        manifest.files.push_back(std::move(file));
    }
    if (Status status = sync_directory(data / "rocksdb"); !status.ok()) return status;
    return sync_directory(data);
}

Status copy_restore(const fs::path& from, const fs::path& to, const Manifest& manifest) {
    std::error_code error;
    fs::create_directories(to / "rocksdb", error);
    Progress progress("restore", "MB");
    std::uint64_t copied = 0;
    const std::uint64_t total = manifest.bytes();
    for (const ManifestFile& expected : manifest.files) {
        ManifestFile file{.path = expected.path, .size = 0, .sha256 = {}};
        const fs::path source = from / expected.path;
        Status status = copy_file(source, to / expected.path, file, copied, total, progress);
        if (!status.ok()) return status;
        if (file.size != expected.size || file.sha256 != expected.sha256) {
            return Status(StatusCode::corrupt, source.string() + ": not what the manifest says; expected " +
                                                   std::to_string(expected.size) + " bytes with SHA-256 " +
                                                   expected.sha256 + ", found " + std::to_string(file.size) + " with " +
                                                   file.sha256);
        }
    }
    if (Status status = sync_directory(to / "rocksdb"); !status.ok()) return status;
    return sync_directory(to);
}

// The database last: without it a directory is no data directory yet.
Status move_into_place(const fs::path& aside, const fs::path& data_dir, const Manifest& manifest) {
    std::error_code error;
    for (const ManifestFile& file : manifest.files) {
        if (fs::path(file.path).has_parent_path() || error) continue;
        fs::rename(aside / file.path, data_dir / file.path, error);
    }
    if (!error) fs::rename(aside / "rocksdb", data_dir / "rocksdb", error);
    if (!error) fs::remove_all(aside, error);
    if (error) return Status(StatusCode::io, data_dir.string() + ": " + error.message());
    return sync_directory(data_dir);
}

void print_balances(const ReferenceLedger& ledger) {
    std::size_t printed = 0;
    for (const auto& [id, organization] : ledger.organizations()) {
        if (printed++ == kMostBalancesPrinted) {
            std::printf("  and %zu more organizations\n", ledger.organizations().size() - kMostBalancesPrinted);
            return;
        }
        std::printf("  %s %s USD\n", to_uuid(id).c_str(), to_usd(organization.balance()).c_str());
    }
}

// The backup is good without it: it may be made by somebody who may read the data directory and not write there.
void note_backup(const BackupOptions& options, const Manifest& manifest) {
    std::error_code error;
    const fs::path to = fs::absolute(options.to, error);
    const BackupRecord record{.made_ms = manifest.created_ms,
                              .to = (error ? fs::path(options.to) : to).lexically_normal().string(),
                              .bytes = static_cast<std::int64_t>(manifest.bytes()),
                              .verified = options.verify};
    const Status noted = write_backup_record(options.source.data_dir, record);
    if (!noted.ok())
        std::fprintf(stderr, "tollgate: the gateway cannot tell of this backup: %s\n", noted.message().c_str());
}

}  // namespace

Status backup_command(const BackupOptions& options) {
    Progress clock("backup", "MB");
    auto source = LedgerSource::take(options.source);
    if (!source) return source.error();
    const fs::path to(options.to);
    if (Status status = take_empty_directory(to, "--to"); !status.ok()) return status;
    Manifest manifest{.created_ms = wire::unix_ms_now(), .of_running = (*source)->running(), .files = {}};
    if (Status status = copy_backup(**source, to, manifest); !status.ok()) return status;
    source->reset();  // the checkpoint, or the lock, is not needed any more

    DirectoryReport report;
    if (options.verify) {
        Status status = check_copy((to / kDataName).string(), manifest.of_running, "backup", report);
        if (!status.ok()) return status;
    }
    if (Status status = write_manifest(to / kManifestName, manifest); !status.ok()) return status;
    if (Status status = sync_directory(to); !status.ok()) return status;
    note_backup(options, manifest);
    std::printf("backup: %zu files, %.1f MB, %.1f s, of a %s gateway%s\n", manifest.files.size(),
                static_cast<double>(manifest.bytes()) / 1e6, clock.seconds(),
                manifest.of_running ? "running" : "stopped", options.verify ? "" : "; not verified");
    if (options.verify) (void)print_report(report, manifest.of_running, false);
    std::printf(
        "left out, keep them apart: the configuration and what it names (prices, certificates, the master key), "
        "quickstart.json, logs\n");
    return {};
}

Status restore_command(const RestoreOptions& options) {
    Progress clock("restore", "MB");
    const fs::path from(options.from), data_dir(options.data_dir);
    const auto manifest = read_manifest(from / kManifestName);
    if (!manifest) return manifest.error();
    if (Status status = take_empty_directory(data_dir, "--data-dir"); !status.ok()) return status;
    const fs::path aside = data_dir / ".restore";
    std::error_code error;
    Status status;
    if (::mkdir(aside.c_str(), S_IRWXU) != 0) return io_error("cannot create " + aside.string());
    status = copy_restore(from / kDataName, aside, *manifest);
    DirectoryReport report;
    if (status.ok() && options.verify) status = check_copy(aside.string(), manifest->of_running, "restore", report);
    if (status.ok()) status = move_into_place(aside, data_dir, *manifest);
    if (!status.ok()) {
        fs::remove_all(aside, error);
        return status;
    }
    std::printf("restore: %zu files, %.1f MB, %.1f s, of a backup made at %s%s\n", manifest->files.size(),
                static_cast<double>(manifest->bytes()) / 1e6, clock.seconds(), rfc3339(manifest->created_ms).c_str(),
                options.verify ? "" : "; not verified");
    if (!options.verify) return {};
    (void)print_report(report, false, false);
    print_balances(report.ledger.reference);
    return {};
}

}  // namespace tollgate
