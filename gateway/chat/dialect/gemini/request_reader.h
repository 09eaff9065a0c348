// Reads a request of generateContent or streamGenerateContent as Google's clients make it, with names in either of
// their spellings: https://ai.google.dev/api/generate-content.
#pragma once

#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// `body` is a well-formed object, and must outlive the request. invalid_request: names the field that cannot be
// understood, and so could not be translated.
Error read_gemini_request(std::string_view body, ChatRequest& request);

}  // namespace tollgate
