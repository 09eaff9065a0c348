// Writes JSON from pieces that are spelt already: see json_text.h.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// A comma, unless an object or a list has just begun.
inline void separate(std::string& out) {
    if (out.back() != '[' && out.back() != '{') out += ',';
}

// A member of an object that has begun. `name` has nothing that must be escaped.
inline void append_member(std::string& out, std::string_view name, Json value) {
    separate(out);
    (((out += '"') += name) += "\":") += value;
}

// The same, of a string.
inline void append_text(std::string& out, std::string_view name, Spelt text) {
    separate(out);
    ((((out += '"') += name) += "\":\"") += text) += '"';
}

}  // namespace tollgate
