// Members of a request's body that only a gateway understands: OpenRouter's fields; a provider would refuse some of
// them. This one ignores the first of them; of `plugins` and `transforms`, what it does not know.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tollgate {

inline constexpr std::array<std::string_view, 10> kGatewayOnly = {
    "route", "plugins", "transforms", "trace", "debug", "usage", "models", "provider", "preset", "session_id"};
inline constexpr std::size_t kRemoved =
    5;  // of them, from the first on, are ignored; `usage` asks for what is always sent

}  // namespace tollgate
