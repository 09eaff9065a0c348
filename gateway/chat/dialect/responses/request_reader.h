// Reads a request for OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses/create, with the
// members that OpenRouter adds to it: https://openrouter.ai/docs/api-reference/responses.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// Nothing is stored here: each request brings its whole conversation. invalid_request: names the field that wants
// something stored, or refers to it. For requests that pass as well as for those that are translated.
Error check_is_stateless(std::string_view body);

// `body` is a well-formed object, and must outlive the request. invalid_request: names the field that cannot be
// understood; with Retry::elsewhere, that only an endpoint of the same API understands. Also those of
// check_is_stateless().
Error read_responses_request(std::string_view body, ChatRequest& request);

}  // namespace tollgate
