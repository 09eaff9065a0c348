// Writes a request for Anthropic's Messages API: https://docs.anthropic.com/en/api/messages.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// Appends the body to `out`. What the API cannot express is noted, by the client's names. invalid_request, with
// Retry::elsewhere: what a message holds cannot be sent to such an endpoint.
Error write_messages_request(const ChatRequest& request, const Target& target, std::string& out,
                             TranslationNotes& notes);

}  // namespace tollgate
