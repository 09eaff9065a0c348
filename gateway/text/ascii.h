// Letters, digits, blanks and control characters of ASCII, whatever the locale. Bytes of other characters are none of
// them.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_ascii_alphanumeric(char c) { return is_ascii_letter(c) || (c >= '0' && c <= '9'); }

constexpr bool is_ascii_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }
// Without leaving early, so that many bytes are looked at in one step.
constexpr bool has_ascii_control(std::string_view text) {
    bool found = false;
    for (const char c : text) found = is_ascii_control(c) || found;
    return found;
}

// Without the blanks and tabs around it.
constexpr std::string_view without_blanks(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
inline std::string ascii_lower(std::string text) {
    for (char& c : text) c = ascii_lower(c);
    return text;
}

}  // namespace tollgate
