// Where mail goes: a server, by SMTP, or a folder.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "gateway/config/config.h"
#include "store/status.h"

namespace tollgate {

struct Outgoing {
    std::string from, to;  // addresses
    std::string message;   // message_of(); wiped by nobody: it holds a link
    std::string name;      // of the file in a folder, without its ending
};

struct Delivery {
    std::string problem = {};  // empty: it was taken. Never what the server said, which may be anything
    bool for_good = false;     // another try cannot help
};

// Blocks up to the timeouts of smtp.cc. `stop`: gives up soon after it is true.
Delivery send_by_smtp(const MailConfig& config, const Outgoing& mail, const std::atomic<bool>& stop);

// With mode 0700, unless it is there. io: it cannot be made.
Status make_folder(const std::string& folder);
// Writes NAME.eml, which only the gateway's user may read, and which appears when it is whole.
Delivery write_to_folder(const std::string& folder, const Outgoing& mail);

}  // namespace tollgate
