// Items of a history that tell of tools which only another provider has, as text: others cannot be told otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

struct ServerToolItem {
    std::string text;        // spelt; empty: it means nothing to others
    bool of_client = false;  // what the client's own machine answered
};

// None: it is no such item.
std::optional<ServerToolItem> read_server_tool_item(Json item, std::string_view type);

}  // namespace tollgate
