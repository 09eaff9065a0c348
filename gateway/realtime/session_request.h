// A request for a session: the handshake of its WebSocket, and the model that its query names.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"

namespace tollgate {

// Tokens of a response's prompt that are held for without having been seen: the session's instructions and tools, and
// what is said before the hold grows.
inline constexpr std::int64_t kUnseenTokens = 512;

// Fills the ask. Errors: invalid_request, of a handshake that is none (426 where it asks for no WebSocket, or another
// version of it); model_required.
Error read_session_request(Exchange& request);

// The head of the answer that makes the connection a WebSocket, without what every answer carries.
std::string switching_fields(const UpgradeFields& upgrade);

}  // namespace tollgate
