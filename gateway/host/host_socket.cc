#include "gateway/host/host_socket.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr auto kName = "admin.sock";
constexpr std::size_t kMostLineBytes = 4096;
constexpr int kMostWaiting = 8;
constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};  // with the other side
constexpr mode_t kOfTheOwner = 0600;

Status failed(const std::string& what) { return {StatusCode::io, what + ": " + std::strerror(errno)}; }

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_;
};

// Of the socket in an open directory: an address has room for 107 bytes, and a data directory's path may have more.
sockaddr_un address_in(int directory) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/" + kName;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}
const sockaddr* plain(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool may_ask(int caller) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(caller, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == 0 || peer.uid == ::geteuid();
}

void be_patient(int with) {
    ::setsockopt(with, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(with, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
}

// Without its end; nullopt: none came.
std::optional<std::string> read_line(int from) {
    std::string line;
    char byte = 0;
    while (line.size() < kMostLineBytes && ::read(from, &byte, 1) == 1) {
        if (byte == '\n') return line;
        line += byte;
    }
    return std::nullopt;
}

bool write_line(int to, std::string line) {
    line += '\n';
    return ::send(to, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size());
}

std::string text_in(const json::value& object, std::string_view name) {
    const json::value* const value = object.is_object() ? object.as_object().if_contains(name) : nullptr;
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

json::value parsed(const std::string& line) {
    boost::system::error_code wrong;
    json::value value = json::parse(line, wrong);
    return wrong ? json::value() : value;
}

}  // namespace

Result<std::unique_ptr<HostSocket>> HostSocket::open(const std::string& data_dir, Perform perform) {
    const std::string path = data_dir + "/" + kName;
    Descriptor directory(::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    Descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!directory || !listening) return std::unexpected(failed(path));
    ::unlink(path.c_str());  // of a gateway that was killed; no other one runs here
    const sockaddr_un address = address_in(directory.get());
    // Nobody is listened to before the mode is right; who else connects is turned away by may_ask().
    const bool made = ::bind(listening.get(), plain(address), sizeof address) == 0 &&
                      ::chmod(path.c_str(), kOfTheOwner) == 0 && ::listen(listening.get(), kMostWaiting) == 0;
    if (!made) return std::unexpected(failed(path));
    return std::unique_ptr<HostSocket>(
        new HostSocket(path, listening.release(), directory.release(), std::move(perform)));
}

HostSocket::HostSocket(std::string path, int listening, int directory, Perform perform)
    : path_(std::move(path)),
      listening_(listening),
      directory_(directory),
      perform_(std::move(perform)),
      thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), "host");
}

HostSocket::~HostSocket() {
    ::shutdown(listening_, SHUT_RDWR);  // accept() fails from now on
    thread_.join();
    ::unlink(path_.c_str());
    ::close(listening_);
    ::close(directory_);
}

void HostSocket::run() {
    while (true) {
        const Descriptor caller(::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC));
        if (caller) {
            serve(caller.get());
        } else if (errno != EINTR && errno != ECONNABORTED && errno != EMFILE && errno != ENFILE) {
            return;
        }
    }
}

void HostSocket::serve(int caller) const {
    be_patient(caller);
    const auto line = may_ask(caller) ? read_line(caller) : std::nullopt;
    if (!line) return;
    const json::value asked = parsed(*line);
    const auto done = perform_({.name = text_in(asked, "act"), .user = text_in(asked, "user")});
    json::object answer;
    answer[done ? "done" : "failed"] = done ? *done : done.error().message();
    (void)write_line(caller, json::serialize(answer));
}

Result<std::string> ask_host_socket(const std::string& data_dir, const HostAct& act) {
    const auto nobody = [] { return failure(StatusCode::not_found, "no gateway runs over this data directory"); };
    const Descriptor directory(::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!directory || !socket) return nobody();
    const sockaddr_un address = address_in(directory.get());
    if (::connect(socket.get(), plain(address), sizeof address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED) return nobody();
        return std::unexpected(failed(data_dir + "/" + kName));
    }
    be_patient(socket.get());
    const json::object asked{{"act", act.name}, {"user", act.user}};
    const bool sent = write_line(socket.get(), json::serialize(asked));
    const auto line = sent ? read_line(socket.get()) : std::nullopt;
    if (!line) return failure(StatusCode::io, "the gateway does not answer: is it this user's, or yours?");
    const json::value answer = parsed(*line);
    if (const std::string why = text_in(answer, "failed"); !why.empty()) return failure(StatusCode::invalid, why);
    return text_in(answer, "done");
}

}  // namespace tollgate
