// Writes the turns of a chat as messages of Anthropic's API, with its rules: results of tools stand first in their
// turn, roles alternate, no text is empty.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// How many turns at the beginning are instructions, which the API wants outside of the messages; none, where there is
// nothing else.
std::size_t leading_instructions(const ChatRequest& request);

// The others, without answers that say nothing, and without reasoning that nothing follows: an answer that was broken
// off, which Claude refuses.
std::vector<Turn> told_turns(const ChatRequest& request, TranslationNotes& notes);

// What the user says where the conversation begins with an answer, mostly a greeting, which Claude does not take.
inline constexpr Spelt kBeforeAnswer = "Hello.";

// `,"system":[…]` for them; nothing where they say nothing. invalid_request: names the message.
Error append_system(const ChatRequest& request, std::string& out);
// `"messages":[…]` for the rest. invalid_request: names the message.
Error append_messages(const ChatRequest& request, bool continues_answers, std::string& out, TranslationNotes& notes);

// Whether the last turns are an open exchange with tools, or the beginning of an answer, in which the model's reasoning
// is missing: then the API takes no more of it.
bool lacks_reasoning(const ChatRequest& request);

}  // namespace tollgate
