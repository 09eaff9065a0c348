// Writes a request for Google's generateContent and streamGenerateContent, of the Gemini API and of Vertex AI:
// https://ai.google.dev/api/generate-content. The model, and whether the answer streams, stand in the path.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// Appends the body to `out`. What the API cannot express is noted, by the client's names. invalid_request, with
// Retry::elsewhere: what a message holds cannot be sent to such an endpoint.
Error write_gemini_request(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes);

}  // namespace tollgate
