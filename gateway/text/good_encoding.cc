#include "gateway/text/good_encoding.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace tollgate {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::size_t kEscapeBytes = 6;  // \uXXXX

// Of the character that the text begins with; 0: it is none. RFC 3629.
std::size_t character_bytes(std::string_view text) {
    const auto byte = [text](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return 0;
    for (std::size_t at = 1; at < bytes; ++at) {
        if ((byte(at) & 0xc0) != 0x80) return 0;
    }
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    const bool too_large = first == 0xf4 && byte(1) >= 0x90;
    return overlong || surrogate || too_large ? 0 : bytes;
}

// The code unit that the text begins with, if that is an escape of one; else 0.
unsigned escaped_unit(std::string_view text) {
    if (text.size() < kEscapeBytes || !text.starts_with("\\u")) return 0;
    unsigned unit = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kEscapeBytes, unit, 16);
    return error == std::errc() && end == text.data() + kEscapeBytes ? unit : 0;
}

bool is_high(unsigned unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

std::string with_good_encoding(std::string_view json) {
    std::string out;
    while (!json.empty()) {
        std::size_t bytes = character_bytes(json);
        bool good = bytes > 0;
        if (json.front() == '\\') {
            const unsigned unit = escaped_unit(json);
            const bool pair = is_high(unit) && is_low(escaped_unit(json.substr(kEscapeBytes)));
            good = pair || (!is_high(unit) && !is_low(unit));
            bytes = pair ? 2 * kEscapeBytes : good ? std::min<std::size_t>(2, json.size()) : kEscapeBytes;
            if (good && json.size() >= 2 && character_bytes(json.substr(1)) != 1) bytes = 1;
        }
        out += good ? json.substr(0, bytes) : kReplacement;
        json.remove_prefix(good ? bytes : std::max<std::size_t>(bytes, 1));
    }
    return out;
}

}  // namespace tollgate
