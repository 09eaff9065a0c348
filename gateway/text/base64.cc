#include "gateway/text/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tollgate {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::uint8_t kNone = 64;

using Values = std::array<std::uint8_t, 256>;

constexpr Values values_of(char digit_62, char digit_63) {
    Values values{};
    values.fill(kNone);
    for (std::size_t i = 0; i < kDigits.size(); ++i) {
        values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::uint8_t>(i);
    }
    values[static_cast<unsigned char>(digit_62)] = 62;
    values[static_cast<unsigned char>(digit_63)] = 63;
    return values;
}
constexpr Values kValues = values_of('+', '/'), kUrlValues = values_of('-', '_');

std::string encode(std::string_view bytes, char digit_62, char digit_63) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    const auto put = [&](std::uint32_t value) {
        text += value < 62 ? kDigits[value] : value == 62 ? digit_62 : digit_63;
    };
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) put(bits >> (count - 6) & 63);
    }
    if (count > 0) put(bits << (6 - count) & 63);
    return text;
}

// Of text without padding.
std::optional<std::string> decode(std::string_view text, const Values& values) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::uint8_t value = values[static_cast<unsigned char>(c)];
        if (value == kNone) return std::nullopt;
        bits = bits << 6 | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xff);
    }
    if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;  // bits that no byte has
    return bytes;
}

}  // namespace

std::string base64(std::string_view bytes) {
    std::string text = encode(bytes, '+', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::string base64_url(std::string_view bytes) { return encode(bytes, '-', '_'); }

std::optional<std::string> from_base64(std::string_view text) {
    const std::size_t whole = text.size();
    while (whole - text.size() < 2 && text.ends_with('=')) text.remove_suffix(1);
    if (whole != text.size() && whole % 4 != 0) return std::nullopt;
    return decode(text, kValues);
}

std::optional<std::string> from_base64_url(std::string_view text) { return decode(text, kUrlValues); }

}  // namespace tollgate
