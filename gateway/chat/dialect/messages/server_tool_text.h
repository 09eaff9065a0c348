// Blocks of tools that Anthropic's API runs itself (https://docs.anthropic.com/en/docs/agents-and-tools), and of what
// it does to a conversation, as text: so a conversation that had some goes on with a provider that has none.
#pragma once

#include <string>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Of a block's type: a call of such a tool, its result, or a summary of what was said before.
bool is_of_server_tool(Spelt type);

// What the block says, spelt: a call as it stands, the pages that a search found by title and address, a summary as
// it is, and other results as their JSON.
std::string server_tool_text(Json block);

}  // namespace tollgate
