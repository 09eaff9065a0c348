// Errors in streams of the Responses API: https://platform.openai.com/docs/api-reference/responses-streaming/error.
// Before a stream they are those of OpenAI's other APIs.
#pragma once

#include <string>

#include "gateway/chat/dialect/responses/event_frame.h"
#include "gateway/text/error.h"

namespace tollgate {

// Of an event `error`: code, message, param.
void append_error_members(const Error& error, EventFrame& frame);
// Of a response that failed: {"code":…,"message":…}. The codes are few.
std::string response_error(const Error& error);

}  // namespace tollgate
