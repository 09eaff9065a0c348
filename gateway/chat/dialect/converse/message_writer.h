// Writes the turns of a chat as messages of Bedrock's Converse, with its rules: all results of tools of a turn stand
// first in one message, roles alternate and the user's comes first, documents have names that differ.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// `,"system":[…]` for the instructions at the beginning; nothing where they say nothing. invalid_request: names the
// message.
Error append_converse_system(const ChatRequest& request, std::string& out);
// `"messages":[…]` for the rest. invalid_request: names the message.
Error append_converse_messages(const ChatRequest& request, bool continues_answers, std::string& out,
                               TranslationNotes& notes);

// `{"cachePoint":…}`, the block that stands behind what a mark says is cached.
void append_cache_point(std::string& out, Json cache_control);

}  // namespace tollgate
