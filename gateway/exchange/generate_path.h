// The path of Google's API names the model and what is asked of it: models/{model}:{method}.
#pragma once

#include <cstddef>
#include <string_view>

#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"

namespace tollgate {

// Adds to `ask` what the path and the query say. Errors: not_found, for a method that is not served; invalid_request.
Error read_generate_path(const Head& head, Ask& ask);

// What of a :countTokens body is counted: the whole request that it may hold in generateContentRequest, or else all of
// it. Other bodies, and those that are no JSON of that depth, stay as they are.
std::string_view counted_body(const Head& head, std::string_view body, std::size_t max_depth);

}  // namespace tollgate
