// Writes a request for OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses/create. Nothing
// is stored there, so sealed reasoning is asked for.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

inline constexpr std::int64_t kLeastResponsesOutput = 16;  // tokens; the API takes no smaller bound, so it is raised

// Appends the body to `out`. What the API cannot express is noted, by the client's names. invalid_request, with
// Retry::elsewhere: what a turn holds cannot be sent to such an endpoint.
Error write_responses_request(const ChatRequest& request, const Target& target, std::string& out,
                              TranslationNotes& notes);

}  // namespace tollgate
