// Enums that are stored and shown as words, which stand in the order of their values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace tollgate {

// False if the text is none of the names; the value stays as it is then.
template <class Enum, std::size_t N>
bool parse_name(const std::array<std::string_view, N>& names, std::string_view text, Enum& value) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return false;
    value = static_cast<Enum>(found - names.begin());
    return true;
}

}  // namespace tollgate
