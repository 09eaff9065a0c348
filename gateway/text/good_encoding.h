// Text of others that is nearly, but not quite, Unicode.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

// JSON in which bytes that are no UTF-8, and escapes of half a surrogate pair, have become U+FFFD. The same, if it has
// none of them.
std::string with_good_encoding(std::string_view json);

}  // namespace tollgate
