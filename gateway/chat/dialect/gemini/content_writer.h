// Writes the turns of a chat as contents of Google's API, with its rules: a call's result has the call's name, all
// results of a turn stand together and alone, as many as there are calls, and signatures stand on the parts that they
// came with.
#pragma once

#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// `,"systemInstruction":{…}` for the instructions at the beginning; nothing where they say nothing. invalid_request:
// names the message.
Error append_gemini_instruction(const ChatRequest& request, std::string& out);
// `"contents":[…]` for the rest. invalid_request: names the message.
Error append_gemini_contents(const ChatRequest& request, const Target& target, std::string& out,
                             TranslationNotes& notes);

}  // namespace tollgate
