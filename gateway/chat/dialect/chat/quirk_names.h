// What the catalogue and configurations call the quirks of upstreams. Which provider has which is data: the
// catalogue's.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/chat/canonical/target.h"

namespace tollgate {

// "one-system-message".
std::string_view to_string(Quirk quirk);
std::optional<Quirk> quirk_named(std::string_view name);

}  // namespace tollgate
