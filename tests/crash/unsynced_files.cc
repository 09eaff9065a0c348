#include "tests/crash/unsynced_files.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulation/random.h"

namespace tollgate::power_cut {
namespace {

constexpr std::size_t kPathBytes = 256;
constexpr std::uint32_t kMostFiles = 4096;
constexpr std::uint32_t kMostWrites = 1u << 20;
constexpr std::uint32_t kMostNames = 4096;
constexpr useconds_t kSyncMicroseconds = 300;            // as a disk takes; what a cut finds half done lies in it
constexpr std::size_t kOldBytes = std::size_t{1} << 30;  // address space; pages are taken as they are used

struct File {
    ino_t inode;
    char path[kPathBytes];  // when first seen; renames follow it
    std::uint64_t synced_size;
    std::atomic<std::uint32_t> synced_writes;  // those before it, in all files, are on the disk
};
struct Write {
    std::uint32_t file;
    std::uint64_t offset, length, size_before;
    std::size_t old_bytes;  // where, of what it replaced
    std::uint64_t old_length;
    std::atomic<bool> ready;
};
// A name that its directory's disk does not have yet: of a new file, or of a renamed one.
struct Name {
    char path[kPathBytes];
    char from[kPathBytes];    // renamed from; empty: a new file
    char before[kPathBytes];  // what the rename replaced is kept here; empty: it replaced nothing
    std::atomic<bool> unsynced;
};

struct Shared {
    char directory[kPathBytes];
    std::atomic_flag lock;
    std::atomic<std::uint32_t> files, writes, names;
    std::atomic<std::size_t> old_bytes;
    std::array<File, kMostFiles> file;
    std::array<Write, kMostWrites> write;
    std::array<Name, kMostNames> name;
    std::array<char, kOldBytes> old;
};
Shared* shared = nullptr;
bool cutting = false;  // this process undoes, and notes nothing

[[noreturn]] void stop(const char* what) {
    std::fprintf(stderr, "power cut: %s\n", what);
    std::_Exit(3);
}

template <class Function>
Function real(const char* name) {
    void* found = ::dlsym(RTLD_NEXT, name);
    if (found == nullptr) stop(name);
    Function function;
    std::memcpy(&function, &found, sizeof function);
    return function;
}
#define REAL(name) static const auto call = real<decltype(&::name)>(#name)

struct Lock {
    Lock() {
        while (shared->lock.test_and_set(std::memory_order_acquire)) {
        }
    }
    ~Lock() { shared->lock.clear(std::memory_order_release); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
};

bool watched(std::string_view path) {
    return shared != nullptr && !cutting && path.starts_with(shared->directory) && path.size() < kPathBytes;
}

std::string path_of(int fd) {
    char link[64], path[kPathBytes];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = ::readlink(link, path, sizeof path - 1);
    return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

void copy_path(char (&to)[kPathBytes], std::string_view path) {
    std::memcpy(to, path.data(), path.size());
    to[path.size()] = '\0';
}

std::string parent_of(const char* path) { return std::filesystem::path(path).parent_path().string(); }

// With the lock held. A new file may have the inode of one that was deleted: the last one counts.
std::uint32_t add_file(std::string_view path, const struct stat& info) {
    const std::uint32_t count = shared->files.load();
    if (count == kMostFiles) stop("too many files");
    File& file = shared->file[count];
    file.inode = info.st_ino;
    copy_path(file.path, path);
    file.synced_size = static_cast<std::uint64_t>(info.st_size);
    file.synced_writes = shared->writes.load();
    shared->files.store(count + 1);
    return count;
}

// With the lock held. The file's number; kMostFiles if it is not watched.
std::uint32_t file_of(int fd, const struct stat& info) {
    const std::uint32_t count = shared->files.load();
    for (std::uint32_t i = count; i-- > 0;) {
        if (shared->file[i].inode == info.st_ino) return i;
    }
    const std::string path = path_of(fd);
    return watched(path) ? add_file(path, info) : kMostFiles;
}

// Before the write is made.
void note_write(int fd, std::uint64_t offset, std::uint64_t length) {
    struct stat info{};
    if (shared == nullptr || cutting || ::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
    const Lock lock;
    const std::uint32_t file = file_of(fd, info);
    if (file == kMostFiles) return;
    const std::uint32_t number = shared->writes.load();
    if (number == kMostWrites) stop("too many writes");
    Write& write = shared->write[number];
    const auto size = static_cast<std::uint64_t>(info.st_size);
    write.file = file;
    write.offset = offset;
    write.length = length;
    write.size_before = size;
    write.old_bytes = shared->old_bytes.load();
    write.old_length = offset < size ? std::min(length, size - offset) : 0;
    if (write.old_bytes + write.old_length > kOldBytes) stop("too many old bytes");
    if (write.old_length > 0 && ::pread(fd, shared->old.data() + write.old_bytes, write.old_length,
                                        static_cast<off_t>(offset)) != static_cast<ssize_t>(write.old_length)) {
        // Opened for writing only: read it by another descriptor.
        const int again = ::open(shared->file[file].path, O_RDONLY | O_CLOEXEC);
        if (again < 0 || ::pread(again, shared->old.data() + write.old_bytes, write.old_length,
                                 static_cast<off_t>(offset)) != static_cast<ssize_t>(write.old_length)) {
            stop("cannot read what a write replaces");
        }
        ::close(again);
    }
    shared->old_bytes.store(write.old_bytes + write.old_length);
    shared->writes.store(number + 1);
}

void sync_file(int fd) {
    struct stat info{};
    if (shared == nullptr || cutting || ::fstat(fd, &info) != 0) return;
    const std::uint32_t before = shared->writes.load();
    ::usleep(kSyncMicroseconds);
    const Lock lock;
    if (S_ISDIR(info.st_mode)) {
        const std::string directory = path_of(fd);
        for (std::uint32_t i = 0; i < shared->names.load(); ++i) {
            Name& name = shared->name[i];
            if (!name.unsynced || parent_of(name.path) != directory) continue;
            name.unsynced = false;
            if (name.before[0] != '\0') ::unlink(name.before);
        }
        return;
    }
    const std::uint32_t file = file_of(fd, info);
    if (file == kMostFiles) return;
    shared->file[file].synced_size = static_cast<std::uint64_t>(info.st_size);
    shared->file[file].synced_writes = before;
}

void note_name(std::string_view path, std::string_view from, std::string_view before) {
    const Lock lock;
    const std::uint32_t number = shared->names.load();
    if (number == kMostNames) stop("too many names");
    Name& name = shared->name[number];
    copy_path(name.path, path);
    copy_path(name.from, from);
    copy_path(name.before, before);
    name.unsynced = true;
    shared->names.store(number + 1);
    if (from.empty()) return;
    for (std::uint32_t i = 0; i < shared->files.load(); ++i) {
        if (from == shared->file[i].path) copy_path(shared->file[i].path, path);
    }
}

int open_watched(int (*call)(const char*, int, ...), const char* path, int flags, mode_t mode) {
    const bool is_new = (flags & O_CREAT) != 0 && watched(path) && ::access(path, F_OK) != 0;
    if (is_new) note_name(path, "", "");  // first: the process may be killed right after the call
    const int fd = call(path, flags, mode);
    if (!is_new || fd < 0) return fd;
    struct stat info{};
    const Lock lock;
    if (::fstat(fd, &info) == 0) add_file(path, info);
    return fd;
}

// Undoes one file's unsynced writes as the random numbers say.
void cut_file(std::uint32_t number, const std::vector<const Write*>& writes, simulation::Random& random,
              CutFigures& figures) {
    const File& file = shared->file[number];
    const int fd = ::open(file.path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;  // deleted
    struct stat info{};
    if (::fstat(fd, &info) != 0 || info.st_ino != file.inode) {
        ::close(fd);
        return;
    }
    ++figures.files;
    const bool in_order = !random.one_in(3);
    const std::uint64_t kept_in_order = random.below(writes.size() + 1);
    std::uint64_t size = file.synced_size;
    // Beyond the file's old end: holes, where a later write was kept.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> lost;
    for (std::size_t i = writes.size(); i-- > 0;) {
        const Write& write = *writes[i];
        std::uint64_t kept = write.length;
        if (in_order ? i > kept_in_order : random.one_in(2)) kept = 0;
        if (in_order ? i == kept_in_order : random.one_in(4)) kept = random.below(write.length + 1);
        size = std::max(size, kept > 0 ? write.offset + kept : 0);
        if (kept == write.length) continue;
        ++(kept == 0 ? figures.writes_undone : figures.writes_torn);
        figures.bytes_lost += write.length - kept;
        lost.emplace_back(write.offset + std::max(kept, write.old_length), write.offset + write.length);
        if (kept >= write.old_length) continue;
        const auto left = static_cast<ssize_t>(write.old_length - kept);
        if (::pwrite(fd, shared->old.data() + write.old_bytes + kept, static_cast<std::size_t>(left),
                     static_cast<off_t>(write.offset + kept)) != left) {
            stop("cannot undo a write");
        }
    }
    if (size < static_cast<std::uint64_t>(info.st_size)) {
        if (::ftruncate(fd, static_cast<off_t>(size)) != 0) stop("cannot cut a file");
    }
    for (const auto& [begin, end] : lost) {
        const std::uint64_t until = std::min(end, size);
        if (begin >= until) continue;
        const std::string zeros(static_cast<std::size_t>(until - begin), '\0');
        if (::pwrite(fd, zeros.data(), zeros.size(), static_cast<off_t>(begin)) < 0) stop("cannot undo a write");
    }
    ::close(fd);
}

// In the order they were made, as a file system's journal has them: what is lost is the newest.
void cut_names(simulation::Random& random, CutFigures& figures) {
    std::vector<const Name*> unsynced;
    for (std::uint32_t i = 0; i < shared->names.load(); ++i) {
        if (shared->name[i].unsynced) unsynced.push_back(&shared->name[i]);
    }
    const std::uint64_t kept = random.below(unsynced.size() + 1);
    for (std::size_t i = unsynced.size(); i-- > 0;) {
        const Name& name = *unsynced[i];
        const bool lost = i >= kept;
        if (name.from[0] == '\0') {
            if (lost && ::unlink(name.path) == 0) ++figures.files_lost;
            continue;
        }
        if (lost && ::rename(name.path, name.from) == 0) ++figures.renames_undone;
        if (name.before[0] == '\0') continue;
        if (lost) {
            (void)::rename(name.before, name.path);
        } else {
            ::unlink(name.before);
        }
    }
}

}  // namespace

void watch(const std::string& directory) {
    void* memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || directory.size() >= kPathBytes) stop("no memory");
    auto* made = static_cast<Shared*>(memory);
    copy_path(made->directory, directory);
    shared = made;
}

void everything_is_on_disk() {
    shared->lock.clear();
    shared->files = 0;
    shared->writes = 0;
    shared->names = 0;
    shared->old_bytes = 0;
}

CutFigures cut_power(std::uint64_t seed) {
    simulation::Random random(seed);
    CutFigures figures;
    cutting = true;
    shared->lock.clear();  // its holder may be dead
    const std::uint32_t writes = shared->writes.load();
    for (std::uint32_t file = 0; file < shared->files.load(); ++file) {
        std::vector<const Write*> unsynced;
        for (std::uint32_t i = shared->file[file].synced_writes; i < writes; ++i) {
            if (shared->write[i].file == file) unsynced.push_back(&shared->write[i]);
        }
        if (!unsynced.empty()) cut_file(file, unsynced, random, figures);
    }
    cut_names(random, figures);
    cutting = false;
    return figures;
}

}  // namespace tollgate::power_cut

using tollgate::power_cut::note_name;
using tollgate::power_cut::note_write;
using tollgate::power_cut::open_watched;
using tollgate::power_cut::real;
using tollgate::power_cut::shared;
using tollgate::power_cut::sync_file;
using tollgate::power_cut::watched;

// The C library's names, with its signatures. Syncs do nothing else: whatever is not undone counts as on the disk.
extern "C" {

int open(const char* path, int flags, ...) {
    REAL(open);
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_watched(call, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    REAL(open64);
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_watched(call, path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t size) {
    REAL(write);
    if (shared != nullptr && fd > STDERR_FILENO) {
        const off_t at = (::fcntl(fd, F_GETFL) & O_APPEND) != 0 ? ::lseek(fd, 0, SEEK_END) : ::lseek(fd, 0, SEEK_CUR);
        if (at >= 0) note_write(fd, static_cast<std::uint64_t>(at), size);
    }
    return call(fd, bytes, size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
    REAL(pwrite);
    note_write(fd, static_cast<std::uint64_t>(at), size);
    return call(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
    REAL(pwrite64);
    note_write(fd, static_cast<std::uint64_t>(at), size);
    return call(fd, bytes, size, at);
}

int fsync(int fd) {
    sync_file(fd);
    return 0;
}

int fdatasync(int fd) {
    sync_file(fd);
    return 0;
}

int rename(const char* from, const char* to) {
    REAL(rename);
    if (!watched(from) || !watched(to)) return call(from, to);
    std::string before;
    if (::access(to, F_OK) == 0) {
        before = std::string(to) + ".before";
        ::unlink(before.c_str());
        if (::link(to, before.c_str()) != 0) return -1;
    }
    note_name(to, from, before);
    return call(from, to);
}

}  // extern "C"
