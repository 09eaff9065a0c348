// What a request says of a WebSocket that its connection is to become.
#pragma once

#include <memory>
#include <string_view>

#include "gateway/exchange/upgrade_fields.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

// Null if it asks for none.
std::shared_ptr<const UpgradeFields> websocket_fields(const wire::RequestHead& from);

// Pages can set no header, so they send their key as a subprotocol, as OpenAI's API has it; empty: there is none.
std::string_view key_in_protocols(const wire::RequestHead& from);

}  // namespace tollgate
