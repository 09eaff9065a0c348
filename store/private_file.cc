#include "store/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace tollgate {
namespace {

Status io_problem(const std::string& path) { return {StatusCode::io, path + ": " + std::strerror(errno)}; }

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(file) == 0;
}

// The new name is on disk only with its folder.
void sync_folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path();
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    (void)::fsync(descriptor);
    ::close(descriptor);
}

}  // namespace

Status write_private_file(const std::string& path, std::string_view text) {
    const std::string aside = path + ".new";
    const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return io_problem(aside);
    const bool written = write_all(file, text);
    Status status = written ? Status() : io_problem(aside);
    ::close(file);
    if (written && ::rename(aside.c_str(), path.c_str()) != 0) status = io_problem(path);
    if (status.ok()) {
        sync_folder_of(path);
    } else {
        ::unlink(aside.c_str());
    }
    return status;
}

}  // namespace tollgate
