// Which of the many upstreams that speak OpenAI's chat completions has which quirks. All of it is data: a further
// provider is a row more.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/chat/canonical/target.h"

namespace tollgate {

// As configurations name it: "one-system-message".
std::string_view to_string(Quirk quirk);
std::optional<Quirk> quirk_named(std::string_view name);

// Those of a provider or a server by its slug: "groq", "llama-cpp". None of one that is not known: it is taken for
// OpenAI.
Quirks provider_quirks(std::string_view slug);

}  // namespace tollgate
