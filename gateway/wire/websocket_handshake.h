// The keys of the handshake that makes a connection a WebSocket (RFC 6455, section 4).
#pragma once

#include <string>
#include <string_view>

namespace tollgate::wire {

// A new Sec-WebSocket-Key: 16 random bytes in base64.
std::string new_websocket_key();
bool is_websocket_key(std::string_view key);
// The Sec-WebSocket-Accept that answers it.
std::string websocket_accept(std::string_view key);

}  // namespace tollgate::wire
