// Writes a request for an upstream of OpenAI's chat completions, for any of the many that speak it:
// https://platform.openai.com/docs/api-reference/chat/create.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// Appends the body to `out`. What the upstream does not take is noted, by the client's names. invalid_request, with
// Retry::elsewhere: what a message holds cannot be sent to it.
Error write_chat_request(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes);

}  // namespace tollgate
