// Reads the messages of a request of Anthropic's Messages API: https://docs.anthropic.com/en/api/messages. Blocks of
// tools that the API runs itself are told as text: no other provider has them.
#pragma once

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// `system`, which is a turn before all others. invalid_request: it is more than text.
Error read_messages_system(Json system, ChatRequest& request);

// `messages`. invalid_request: names the message or its block that cannot be understood.
Error read_messages_turns(Json list, ChatRequest& request);

}  // namespace tollgate
