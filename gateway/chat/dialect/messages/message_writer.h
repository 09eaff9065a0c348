// Writes the turns of a chat as messages of Anthropic's API, with its rules: results of tools stand first in their
// turn, roles alternate, no text is empty.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// How many turns at the beginning are instructions, which the API wants outside of the messages.
std::size_t leading_instructions(const ChatRequest& request);

// `,"system":[…]` for them; nothing where they say nothing. invalid_request: names the message.
Error append_system(const ChatRequest& request, std::string& out);
// `"messages":[…]` for the rest. invalid_request: names the message.
Error append_messages(const ChatRequest& request, bool continues_answers, std::string& out, TranslationNotes& notes);

// Whether the last turns are an open exchange with tools in which the model's reasoning is missing: then the API takes
// no more of it.
bool lacks_reasoning(const ChatRequest& request);

}  // namespace tollgate
