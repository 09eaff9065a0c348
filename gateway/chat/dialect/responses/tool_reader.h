// Reads the tools of a request for OpenAI's Responses API:
// https://platform.openai.com/docs/api-reference/responses/create. Models of other APIs know functions only, and no
// namespaces: a custom tool is told as a function that takes a text, and what stands in a namespace by one flat name.
// ChatRequest::echo says what the client calls them.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// invalid_request: names the tool that cannot be understood; with Retry::elsewhere: one that only an endpoint of the
// same API has.
Error read_response_tools(Json tools, ChatRequest& request);

// Reads after the tools. The same errors.
Error read_response_tool_choice(Json choice, ChatRequest& request);

// The name that the upstream is told for a client's: that of the declared tool, else one made in the same way.
Spelt upstream_name(Spelt name, Spelt name_space, ChatRequest& request);

// {"input":…} for a text as it is spelt.
Json arguments_of_text(Spelt text, ChatRequest& request);

}  // namespace tollgate
