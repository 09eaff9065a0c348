// The one reader of what providers say when they fail. Each has a shape of its own, and some have several: the source
// lists them. Which answers are errors is decided here, too.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/text/error.h"

namespace tollgate {

// Whether a member of an answer, or of an event, says that it is an error instead. `name` is without quotes.
bool says_error(std::string_view name, std::string_view value);

// Whether a member is one of those in which errors without an `error` put their words; `value` is its JSON.
bool holds_words(std::string_view name, std::string_view value);

// What a body or an event that is an error says: JSON of any known shape, also if it is cut off or something follows,
// XML, or plain text. None where nothing in it is for people to read.
std::optional<ProviderError> read_provider_error(std::string_view text);

}  // namespace tollgate
