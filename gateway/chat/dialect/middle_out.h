// OpenRouter's two ways to ask for middle-out: `transforms: ["middle-out"]`, and the plugin context-compression, which
// took its place (https://openrouter.ai/docs/guides/features/plugins).
#pragma once

#include <simdjson.h>

#include <string_view>

#include "gateway/chat/dialect/openai_request.h"

namespace tollgate {

// Takes the wish of a body's member of that name; where two differ, nothing is to be lost. False: the member is another
// one, or asks for something else as well, which has no effect here.
bool take_middle_out(std::string_view key, const simdjson::dom::element& value, MiddleOut& wish);

}  // namespace tollgate
