// What OpenAI calls parameters and efforts. Most dialects took its names over.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

std::string_view openai_name(Parameter parameter);
// Of all, or of those that a dialect has.
std::optional<Parameter> parameter_named(std::string_view name);
std::optional<Parameter> parameter_named(std::string_view name, std::span<const Parameter> known);

// The effort that to_string() gives that word.
std::optional<Effort> effort_named(Spelt word);

}  // namespace tollgate
