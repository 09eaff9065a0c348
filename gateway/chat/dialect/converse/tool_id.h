// Ids of tool calls as Converse takes them: of few characters, and short.
#pragma once

#include <string>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Spelt. One that the API takes already is left as it is. What is mapped begins with a mark, as does no id that is
// left, so that different ids stay different; nothing has to be remembered for results to have their calls' ids.
std::string converse_tool_id(Spelt id);

}  // namespace tollgate
