// The one reader of usage objects. Providers' names for token counts are rows of a table in the source; a further
// provider's naming is a row more.
#pragma once

#include <string_view>

#include "gateway/chat/token_counts.h"

namespace tollgate {

// Reads the text of a JSON object; unknown members are ignored, and counts that are not named stay as they are in
// `usage`. False if the text is no object, names no count, or one of its counts of prompt or completion can't be one:
// then the whole report is not to be believed.
bool parse_usage(std::string_view object_text, TokenCounts& usage);

}  // namespace tollgate
