// Texts of messages that may lose their middle: what users and tools say. What a model said is whole or absent, since
// it may be signed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// A message has blocks, a result among them has such again, and Gemini's has an object with a response in it.
inline constexpr int kLevelsOfText = 6;

// The strings in a user's message or in a result, as they are spelt; views into it. What is nested deeper is no text of
// any API's.
void append_texts(Json item, std::vector<Spelt>& texts, int levels = kLevelsOfText);

// As many bytes of UTF-8 as it spells.
std::size_t bytes_spelt(Spelt text);

// The text with its beginning and its end, of at most `most` bytes together when they are spelt out, and a mark between
// them. Cuts no character and no escape.
std::string truncate_middle(Spelt text, std::size_t most);

}  // namespace tollgate
