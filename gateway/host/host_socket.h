// Where a running gateway takes what `tollgate admin` asks: a socket in its data directory that its own user and root
// may open, and nobody else. A line of JSON comes, a line goes, one caller after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "gateway/host/host_acts.h"
#include "store/status.h"

namespace tollgate {

class HostSocket {
  public:
    // On the socket's own thread, which may block.
    using Perform = std::function<Result<std::string>(const HostAct&)>;

    // io: the socket cannot be made.
    static Result<std::unique_ptr<HostSocket>> open(const std::string& data_dir, Perform perform);
    ~HostSocket();  // ends what runs, and removes the socket
    HostSocket(const HostSocket&) = delete;
    HostSocket& operator=(const HostSocket&) = delete;

  private:
    HostSocket(std::string path, int listening, int directory, Perform perform);
    void run();
    void serve(int caller) const;

    const std::string path_;
    const int listening_, directory_;
    const Perform perform_;
    std::thread thread_;
};

// Asks the gateway that runs over the data directory. not_found: none does.
Result<std::string> ask_host_socket(const std::string& data_dir, const HostAct& act);

}  // namespace tollgate
