// Ids of calls, as APIs take them: of few characters, and short.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Its beginning, and a digest of it, in no more than `most_bytes`, which are 32 at least. Characters that are not in
// `also_taken`, and no letters or digits, become underscores. It must never change: providers find what they cached by
// the bytes of the prompt.
std::string shortened_id(std::string_view id, std::string_view also_taken, std::size_t most_bytes);

// Whether it has letters, digits, underscores and `also_taken` alone, and one at least.
bool has_taken_characters(std::string_view id, std::string_view also_taken);

// Spelt, in those characters and no more than `most_bytes`. One that is so already is left as it is. What is changed
// begins with a mark, as does no id that is left, so that different ids stay different; nothing has to be remembered
// for results to have their calls' ids. `also_taken` has the hyphen.
std::string as_taken(Spelt id, std::string_view also_taken, std::size_t most_bytes);

}  // namespace tollgate
