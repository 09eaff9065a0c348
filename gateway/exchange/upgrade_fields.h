// What a request says that wants its connection to become a WebSocket (RFC 6455, section 4.1).
#pragma once

#include <string>

namespace tollgate {

struct UpgradeFields {
    bool websocket = false;          // Upgrade names it, Connection names Upgrade, and the method and version allow it
    std::string key, version;        // Sec-WebSocket-Key and -Version
    bool offers_realtime = false;    // Sec-WebSocket-Protocol has the API's own name
    bool protocols_offered = false;  // it has any
    std::string beta;                // for OpenAI-Beta, where a browser says it as a subprotocol; else empty
    bool operator==(const UpgradeFields&) const = default;
};

}  // namespace tollgate
