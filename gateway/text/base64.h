// Base64: RFC 4648, sections 4 and 5.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

std::string base64(std::string_view bytes);
// With '-' and '_', and without padding: as it may stand in addresses and tokens.
std::string base64_url(std::string_view bytes);

// What base64() makes, with or without the padding. Nothing of anything else.
std::optional<std::string> from_base64(std::string_view text);
// Exactly what base64_url() makes: nothing of text with padding, of other digits or with bits that no byte has.
std::optional<std::string> from_base64_url(std::string_view text);

}  // namespace tollgate
