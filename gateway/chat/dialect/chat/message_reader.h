// Reads the messages of a chat completion request: https://platform.openai.com/docs/api-reference/chat/create.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// Adds those of the list. invalid_request: names the message or its part that cannot be
// understood.
Error read_messages(Json list, ChatRequest& request);

// Takes an address apart that holds its data: data:image/png;base64,…
// invalid_request: it holds data that are not base64.
Error read_media_address(Spelt address, std::string_view field, Media& media, ChatRequest& request);

}  // namespace tollgate
