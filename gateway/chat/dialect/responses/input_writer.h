// Writes the turns of a chat as input items of OpenAI's Responses API:
// https://platform.openai.com/docs/api-reference/responses/create#responses-create-input.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// `"input":[…]`. invalid_request, with Retry::elsewhere: names the turn that cannot be sent.
Error append_response_input(const ChatRequest& request, const Target& target, std::string& out,
                            TranslationNotes& notes);

}  // namespace tollgate
