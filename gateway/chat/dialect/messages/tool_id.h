// What Anthropic's API takes as the id of a call.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Whether the API takes it, which is no matter of its length.
bool is_messages_tool_id(std::string_view id);

// Spelt. One that the API takes already is left as it is; different ids stay different.
std::string messages_tool_id(Spelt id);

}  // namespace tollgate
