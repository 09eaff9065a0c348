// Reads a request of Anthropic's Messages API: https://docs.anthropic.com/en/api/messages.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// `body` is a well-formed object, and must outlive the request. Members that only a gateway understands, the model's
// name and the stream's own are not read. invalid_request: names the field that cannot be understood, and so could not
// be translated; with Retry::elsewhere where a provider that speaks this API could take it.
Error read_messages_request(std::string_view body, ChatRequest& request);

}  // namespace tollgate
