#include "gateway/command_line/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostFileBytes = 64 << 10;
constexpr std::size_t kMostLineBytes = 4096;

Status io_failure(const std::string& path) { return {StatusCode::io, path + ": " + std::strerror(errno)}; }

std::string of_environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

// Closes itself.
class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    int descriptor() const { return descriptor_; }
    bool is_open() const { return descriptor_ >= 0; }

  private:
    int descriptor_;
};

// All of it, up to `most` bytes; nullopt: it cannot be read, or is longer.
std::optional<std::string> read_all(int descriptor, std::size_t most) {
    std::string text(most + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(descriptor, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > most) return std::nullopt;
    text.resize(size);
    return text;
}

// While it lives, what is typed is not shown.
class Unshown {
  public:
    Unshown() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios unshown = before_;
        unshown.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &unshown) == 0;
    }
    Unshown(const Unshown&) = delete;
    Unshown& operator=(const Unshown&) = delete;
    ~Unshown() {
        if (!changed_) return;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::fputc('\n', stderr);
    }

  private:
    termios before_{};
    bool changed_ = false;
};

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Result<std::string> first_line(int descriptor, const std::string& path) {
    std::string line;
    char c = 0;
    while (line.size() < kMostLineBytes) {
        const ssize_t got = ::read(descriptor, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(io_failure(path));
        if (got == 0 || c == '\n') break;
        line += c;
    }
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) return failure(StatusCode::invalid, path + ": the first line is empty");
    return line;
}

}  // namespace

std::string usual_credentials_file() {
    if (std::string path = of_environment("TOLLGATE_CREDENTIALS"); !path.empty()) return path;
    std::string folder = of_environment("XDG_CONFIG_HOME");
    if (folder.empty()) {
        folder = of_environment("HOME");
        if (folder.empty()) return {};
        folder += "/.config";
    }
    return folder + "/tollgate/credentials.json";
}

Result<Credentials> read_credentials(const std::string& path) {
    if (path.empty()) return Credentials{};
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
        if (errno == ENOENT || errno == ENOTDIR) return Credentials{};
        return std::unexpected(io_failure(path));
    }
    struct stat about{};
    if (::fstat(file.descriptor(), &about) != 0) return std::unexpected(io_failure(path));
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return failure(StatusCode::denied, path + ": others may read it; make it yours alone: chmod 600 " + path);
    }
    const auto text = read_all(file.descriptor(), kMostFileBytes);
    if (!text) return failure(StatusCode::invalid, path + ": cannot be read, or is too long");
    boost::system::error_code failed;
    const auto value = json::parse(*text, failed);
    if (failed || !value.is_object()) return failure(StatusCode::invalid, path + ": is not a JSON object");
    const json::object& object = value.as_object();
    return Credentials{text_of(object, "url"), text_of(object, "token"), text_of(object, "organization")};
}

Status write_credentials(const std::string& path, const Credentials& credentials) {
    std::error_code failed;
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, failed);
    if (failed) return {StatusCode::io, folder.string() + ": " + failed.message()};
    json::object object{{"url", credentials.url}, {"token", credentials.token}};
    if (!credentials.organization.empty()) object["organization"] = credentials.organization;
    const std::string text = json::serialize(object) + "\n";
    // Written aside and renamed: a crash leaves the old file or the new one.
    const std::string aside = path + ".new";
    ::unlink(aside.c_str());
    {
        const File file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file.is_open()) return io_failure(aside);
        const bool written = ::write(file.descriptor(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
        if (!written || ::fsync(file.descriptor()) != 0) return io_failure(aside);
    }
    return ::rename(aside.c_str(), path.c_str()) == 0 ? Status() : io_failure(path);
}

Result<std::string> read_secret_line(const std::string& path, const std::string& question) {
    if (path != "-") {
        const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file.is_open()) return std::unexpected(io_failure(path));
        return first_line(file.descriptor(), path);
    }
    if (::isatty(STDIN_FILENO) == 0) return first_line(STDIN_FILENO, "standard input");
    const Unshown unshown;  // first: it drops what was typed before
    std::fputs(question.c_str(), stderr);
    return first_line(STDIN_FILENO, "standard input");
}

}  // namespace tollgate
