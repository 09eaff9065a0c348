// The path of Google's API names the model and what is asked of it: models/{model}:{method}.
#pragma once

#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"

namespace tollgate {

// Adds to `ask` what the path and the query say. Errors: not_found, for a method that is not served; invalid_request.
Error read_generate_path(const Head& head, Ask& ask);

}  // namespace tollgate
