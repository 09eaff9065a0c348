#include "accounting/accounts/checked_text.h"

#include <cstdint>
#include <string>

namespace tollgate {
namespace {

// The length of the UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629: shortest form, no surrogates).
std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
    const bool out_of_range = (lead == 0xED && byte(1) >= 0xA0) || (lead == 0xF4 && byte(1) >= 0x90);
    return overlong || out_of_range ? 0 : length;
}

// C0, DEL and C1 (U+0080 to U+009F).
bool is_control(std::string_view sequence) {
    const auto lead = static_cast<std::uint8_t>(sequence[0]);
    return lead < 0x20 || lead == 0x7F || (lead == 0xC2 && static_cast<std::uint8_t>(sequence[1]) < 0xA0);
}

}  // namespace

Status check_text(std::string_view field, std::string_view text, std::size_t max_bytes) {
    const auto refuse = [&](const std::string& problem) {
        return Status(StatusCode::invalid, std::string(field) + ": " + problem);
    };
    if (text.size() > max_bytes) return refuse("must have at most " + std::to_string(max_bytes) + " bytes");
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_sequence(text.substr(at));
        if (length == 0) return refuse("byte " + std::to_string(at) + " isn't valid UTF-8");
        if (is_control(text.substr(at, length)))
            return refuse("byte " + std::to_string(at) + " is a control character");
        at += length;
    }
    return {};
}

Status check_name(std::string_view field, std::string_view name) {
    if (name.empty()) return {StatusCode::invalid, std::string(field) + ": must not be empty"};
    return check_text(field, name, kMaxNameBytes);
}

}  // namespace tollgate
