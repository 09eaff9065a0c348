#include "gateway/host/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace tollgate {
namespace {

constexpr std::uint64_t kMostSockets = 16;

// Takes it out of the environment; empty: it is not there.
std::string take_variable(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there are no threads yet
    std::string taken = value == nullptr ? "" : value;
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
    return taken;
}

Result<std::uint64_t> number_of(std::string_view name, std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return failure(StatusCode::invalid, std::string(name) + " in the environment is no number");
    }
    return number;
}

// Variables that name a process are for that one alone; without a name they are for whoever reads them.
Result<bool> is_for_us(std::string_view name, const std::string& process) {
    if (process.empty()) return true;
    const auto number = number_of(name, process);
    if (!number) return std::unexpected(number.error());
    return *number == static_cast<std::uint64_t>(::getpid());
}

Result<std::optional<std::chrono::microseconds>> read_watchdog() {
    const std::string time = take_variable("WATCHDOG_USEC"), process = take_variable("WATCHDOG_PID");
    const auto ours = is_for_us("WATCHDOG_PID", process);
    if (!ours) return std::unexpected(ours.error());
    if (time.empty() || !*ours) return std::nullopt;
    const auto limit = number_of("WATCHDOG_USEC", time);
    if (!limit) return std::unexpected(limit.error());
    if (*limit == 0) return std::nullopt;
    return std::chrono::microseconds(*limit);
}

Result<std::map<std::string, int>> read_sockets(int first) {
    const std::string count = take_variable("LISTEN_FDS"), process = take_variable("LISTEN_PID");
    std::string names = take_variable("LISTEN_FDNAMES");
    const auto ours = is_for_us("LISTEN_PID", process);
    if (!ours) return std::unexpected(ours.error());
    std::map<std::string, int> sockets;
    if (count.empty() || !*ours) return sockets;
    const auto number = number_of("LISTEN_FDS", count);
    if (!number) return std::unexpected(number.error());
    if (*number > kMostSockets) return failure(StatusCode::invalid, "LISTEN_FDS: too many sockets are handed over");
    for (std::uint64_t i = 0; i < *number; ++i) {
        const auto end = names.find(':');
        const std::string name = names.substr(0, end);
        names = end == std::string::npos ? "" : names.substr(end + 1);
        const int descriptor = first + static_cast<int>(i);
        if (name.empty() || !sockets.emplace(name, descriptor).second) {
            return failure(StatusCode::invalid, "LISTEN_FDNAMES: each socket needs a name of its own");
        }
        if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
            return failure(StatusCode::invalid, "LISTEN_FDS: the socket " + name + " is not open");
        }
    }
    return sockets;
}

}  // namespace

Result<ServiceManager> ServiceManager::from_environment(int first_descriptor) {
    ServiceManager manager;
    manager.address_ = take_variable("NOTIFY_SOCKET");
    const bool has_kind = manager.address_.empty() || manager.address_[0] == '/' || manager.address_[0] == '@';
    if (!has_kind || manager.address_.size() >= sizeof sockaddr_un{}.sun_path) {
        return failure(StatusCode::invalid, "NOTIFY_SOCKET is no address of a socket");
    }
    auto watchdog = read_watchdog();
    if (!watchdog) return std::unexpected(watchdog.error());
    manager.watchdog_ = *watchdog;
    auto sockets = read_sockets(first_descriptor);
    if (!sockets) return std::unexpected(sockets.error());
    manager.sockets_ = std::move(*sockets);
    return manager;
}

void ServiceManager::tell(const std::string& state) const {
    if (address_.empty()) return;
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return;
    sockaddr_un to{.sun_family = AF_UNIX, .sun_path = {}};
    address_.copy(to.sun_path, sizeof to.sun_path - 1);
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
    ::close(socket);
}

std::optional<int> ServiceManager::take_socket(const std::string& name) {
    const auto found = sockets_.extract(name);
    if (found.empty()) return std::nullopt;
    return found.mapped();
}

std::string ServiceManager::sockets_left() const {
    std::string names;
    for (const auto& [name, descriptor] : sockets_) names += (names.empty() ? "" : ", ") + name;
    return names;
}

}  // namespace tollgate
