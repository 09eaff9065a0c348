// What people may call things: UTF-8 without control characters, of bounded length.
#pragma once

#include <cstddef>
#include <string_view>

#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kMaxNameBytes = 100;   // of organizations, projects, keys
inline constexpr std::size_t kMaxSlugBytes = 140;   // a name's and a part of the id
inline constexpr std::size_t kMaxModelBytes = 200;  // of a model's or provider's name

// invalid: says which field, what is wrong and at which byte.
Status check_text(std::string_view field, std::string_view text, std::size_t max_bytes);
// Not empty either, and at most kMaxNameBytes.
Status check_name(std::string_view field, std::string_view name);

}  // namespace tollgate
