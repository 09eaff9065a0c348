// Where an API only has a mode for answers that are JSON, without a schema, it wants the word in the messages: OpenAI's
// and DeepSeek's refuse the request without it.
#pragma once

#include <optional>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

// The request with an instruction to answer with JSON, behind those that it begins with, and with its schema if it has
// one. None: it has no schema, and speaks of JSON already, or its client knows that rule. It views what `request` does,
// and must not outlive it.
std::optional<ChatRequest> with_json_instruction(const ChatRequest& request);

}  // namespace tollgate
