// A model's name may ask for a preset too: "maker/model@preset/slug", or "@preset/slug".
#pragma once

#include <string_view>

#include "gateway/chat/dialect/openai_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// invalid_request: a model's or a preset's name is too long, or could not stand on one line, as that of a header or of
// a form's part. `param` is the member that holds it.
Error check_model_name(std::string_view name, std::string_view param);
// Both are invalid_request where the name is none, or names another preset than the request does elsewhere.
Error take_model_name(std::string_view name, BodyFacts& facts);
// With or without the mark before it. `param` is the member that named it.
Error take_preset(std::string_view slug, std::string_view param, BodyFacts& facts);

}  // namespace tollgate
