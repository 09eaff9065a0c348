// JSON that is carried from one dialect to another as it is spelt. Strings are escaped alike in all of them, so a text
// is copied and never unescaped and escaped again; only what must be understood is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/text/json_members.h"

namespace tollgate {

// The text of one well-formed JSON value; empty: there is none.
using Json = std::string_view;
// What stands between the quotes of a JSON string, escapes and all.
using Spelt = std::string_view;

inline bool is_text(Json value) { return value.starts_with('"'); }
inline bool is_object(Json value) { return value.starts_with('{'); }
inline bool is_array(Json value) { return value.starts_with('['); }
// Absent and null say the same.
inline bool says_something(Json value) { return !value.empty() && value != "null"; }

// Of a JSON string; empty of anything else.
inline Spelt spelt(Json value) { return is_text(value) ? value.substr(1, value.size() - 2) : Spelt(); }
// The text that it spells.
std::string plain(Spelt text);
// Whether it spells `word`, which has nothing that must be escaped.
bool spells(Spelt text, std::string_view word);
// Whether it spells nothing but white space, or nothing.
bool is_blank(Spelt text);
// `text` as it is spelt between quotes.
std::string spell(std::string_view text);

std::optional<std::int64_t> whole_number(Json value);

// The member of that name of an object; empty if there is none, or if `object` is none.
Json member(Json object, std::string_view name);

// Where the element of an array begins that is not before `at`; the array's size if there is none.
std::size_t next_element(Json array, std::size_t at);

// Calls `take(name, value)` for each member, the name unescaped.
template <class Take>
void each_member(Json object, Take&& take) {
    if (!is_object(object)) return;
    JsonMembers members(object, 0);
    std::string unescaped_key;
    while (const auto found = members.next()) {
        take(key_name(found->key.of(object), unescaped_key), found->value.of(object));
    }
}

// Several members of an object in one walk, in the order of their names; empty where there is none.
template <std::size_t kCount>
std::array<Json, kCount> members_of(Json object, const std::array<std::string_view, kCount>& names) {
    std::array<Json, kCount> found{};
    each_member(object, [&](std::string_view name, Json value) {
        for (std::size_t i = 0; i < kCount; ++i) {
            if (names[i] == name) found[i] = value;
        }
    });
    return found;
}

// Calls `take(value)` for each element.
template <class Take>
void each_element(Json array, Take&& take) {
    if (!is_array(array)) return;
    for (std::size_t at = next_element(array, 1); at < array.size();) {
        const TextSpan value = JsonMembers(array, at - 1).skip_value();
        if (value.size() == 0) return;
        take(value.of(array));
        at = next_element(array, value.end);
    }
}

// Whether the text is one JSON value (RFC 8259) in UTF-8, nested no deeper than that, maybe with white space around
// it. Numbers may be of any size.
bool is_json(std::string_view text, std::size_t max_depth);

}  // namespace tollgate
