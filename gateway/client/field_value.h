// A header field's value that is a name: an organization's own endpoint has its model from a client.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "gateway/text/ascii.h"
#include "gateway/text/buffered_text.h"

namespace tollgate {

// Whoever read the name has refused what would end the line; should one have passed, it still does not end it here.
inline void append_field_value(std::string_view name, BufferedText& out) {
    if (!has_ascii_control(name)) [[likely]] {
        out += name;
        return;
    }
    std::string safe(name);
    std::ranges::replace_if(safe, is_ascii_control, '?');
    out += safe;
}

}  // namespace tollgate
