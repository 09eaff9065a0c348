// Ids of tool calls as Converse takes them: of few characters, and short.
#pragma once

#include <string>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Spelt. One that the API takes already is left as it is; different ids stay different.
std::string converse_tool_id(Spelt id);

}  // namespace tollgate
