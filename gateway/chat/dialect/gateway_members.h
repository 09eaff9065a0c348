// Members of a request's body that only a gateway understands: OpenRouter's fields; a provider would refuse some of
// them. This one serves the last three, and ignores the others.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tollgate {

inline constexpr std::array<std::string_view, 10> kGatewayOnly = {
    "models", "provider", "route", "plugins", "transforms", "trace", "debug", "usage", "preset", "session_id"};
inline constexpr std::size_t kRemoved = 7;  // of them, from the first on, are ignored

}  // namespace tollgate
