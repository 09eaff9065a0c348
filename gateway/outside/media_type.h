// What pictures and documents are, told by their first bytes.
#pragma once

#include <string_view>

namespace tollgate {

// "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"; empty: none of them.
std::string_view media_type_of_bytes(std::string_view bytes);

}  // namespace tollgate
