// Members of Google's JSON, which may be spelt in two ways: `inlineData` or `inline_data`
// (https://protobuf.dev/programming-guides/json). Here they have the former names.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// `room` is for a name that has to be put together.
inline std::string_view camel_case(std::string_view name, std::string& room) {
    if (name.find('_') == std::string_view::npos) return name;
    room.clear();
    bool upper = false;
    for (const char c : name) {
        const bool separates = c == '_' && !room.empty();
        if (!separates) room += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        upper = separates;
    }
    return room;
}

// Calls `take(name, value)` for each member.
template <class Take>
void each_field(Json object, Take&& take) {
    std::string room;
    each_member(object, [&](std::string_view name, Json value) { take(camel_case(name, room), value); });
}

// Several of them in one walk, in the order of their names; empty where there is none.
template <std::size_t kCount>
std::array<Json, kCount> fields_of(Json object, const std::array<std::string_view, kCount>& names) {
    std::array<Json, kCount> found{};
    each_field(object, [&](std::string_view name, Json value) {
        for (std::size_t i = 0; i < kCount; ++i) {
            if (names[i] == name) found[i] = value;
        }
    });
    return found;
}

inline Json field(Json object, std::string_view name) { return fields_of(object, std::array{name})[0]; }

}  // namespace tollgate
