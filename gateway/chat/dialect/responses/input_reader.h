// Reads the input of a request for OpenAI's Responses API, a text or a list of items, as turns:
// https://platform.openai.com/docs/api-reference/responses/create#responses-create-input.
#pragma once

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// Reads after the tools. Neighbouring items of the assistant are one turn, neighbouring results another.
// invalid_request: names the item that cannot be understood; with Retry::elsewhere: one that only an endpoint of the
// same API understands.
Error read_response_input(Json input, ChatRequest& request);

}  // namespace tollgate
