// Reads the contents of a generateContent request: https://ai.google.dev/api/caching#Content.
#pragma once

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// Adds a turn for each content. Calls without an id get one, the same whenever the chat is sent again, and results
// without one that of the call that they answer. invalid_request: names the content or its part that cannot be
// understood.
Error read_gemini_contents(Json contents, ChatRequest& request);
// Adds the instruction, a turn before all others.
Error read_gemini_instruction(Json content, ChatRequest& request);

}  // namespace tollgate
