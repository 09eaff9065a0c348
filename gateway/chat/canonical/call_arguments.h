// The arguments of a tool's call for an API that takes an object: chats have them as text, which a model may have left
// empty, unfinished or without sense.
#pragma once

#include <string>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// The object that `text` spells, maybe with white space around it; empty: it spells none.
std::string object_in(Spelt text);

// Appends the arguments as an object: the one that there is, or what the text spells. False: they are none, and
// {"invalid_arguments":"…"} says what they are.
bool append_arguments(Json object, Spelt text, std::string& out);

}  // namespace tollgate
