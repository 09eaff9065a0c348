// What started this process, where that is systemd or speaks as it does: it is told how the gateway is, and it may hand
// over sockets that listen already. Protocols: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

class ServiceManager {
  public:
    static constexpr int kFirstHandedOver = 3;  // of the descriptors, by the protocol

    // Reads its variables and takes them out of the environment, so that no child believes them; call it before there
    // are threads. invalid: a variable does not mean anything, or sockets are unnamed. Without variables there is no
    // manager: nobody is told.
    static Result<ServiceManager> from_environment(int first_descriptor = kFirstHandedOver);

    // Any thread; does not wait, and is lost where nobody listens. `state` is lines NAME=value: "READY=1".
    void tell(const std::string& state) const;

    // The manager ends a process that has not said WATCHDOG=1 for so long; nothing: it does not watch.
    std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

    // A listening socket that was handed over under that name (FileDescriptorName=), the caller's from then on; each is
    // taken once.
    std::optional<int> take_socket(const std::string& name);
    // Names of sockets that nobody took, as a message has them; empty: none.
    std::string sockets_left() const;

  private:
    std::string address_;  // of the manager's socket; empty: none. A first @ stands for the byte 0
    std::optional<std::chrono::microseconds> watchdog_;
    std::map<std::string, int> sockets_;
};

}  // namespace tollgate
