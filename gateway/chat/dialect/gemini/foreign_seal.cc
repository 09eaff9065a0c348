#include "gateway/chat/dialect/gemini/foreign_seal.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tollgate {
namespace {

// Then come two letters: of whom it is, and what. Its length is a multiple of three, so that it has a base64 of its
// own.
constexpr std::string_view kMark = "tollgate-v1:";
constexpr std::string_view kSpeltMark = "dG9sbGdhdGUtdjE6";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<ReasoningFormat, 4> kFormats = {ReasoningFormat::unknown, ReasoningFormat::anthropic,
                                                     ReasoningFormat::openai_responses, ReasoningFormat::google};
constexpr std::string_view kFormatLetters = "uaog", kSignature = "s", kSealed = "e";

std::string to_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto byte = at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
            group = group << 8 | byte;
        }
        const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
        for (std::size_t i = 0; i < 4; ++i) text += i < digits ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

// Of either alphabet.
std::optional<std::string> from_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string bytes;
    std::uint32_t group = 0;
    int bits = 0;
    for (char c : text) {
        if (c == '-') c = '+';
        if (c == '_') c = '/';
        const auto digit = kAlphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        group = (group << 6 | static_cast<std::uint32_t>(digit)) & 0xffffff;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 255);
    }
    return bytes;
}

}  // namespace

std::string write_foreign_seal(const ForeignSeal& seal) {
    std::string bytes(kMark);
    const auto format = std::ranges::find(kFormats, seal.format);
    bytes += kFormatLetters[static_cast<std::size_t>(format - kFormats.begin())];
    bytes += seal.signature ? kSignature : kSealed;
    return to_base64(bytes += seal.text);
}

std::optional<ForeignSeal> read_foreign_seal(std::string_view signature) {
    if (!signature.starts_with(kSpeltMark)) return std::nullopt;
    auto bytes = from_base64(signature);
    if (!bytes || bytes->size() < kMark.size() + 2) return std::nullopt;
    const auto format = kFormatLetters.find((*bytes)[kMark.size()]);
    const char what = (*bytes)[kMark.size() + 1];
    if (format == std::string_view::npos || (what != kSignature[0] && what != kSealed[0])) return std::nullopt;
    std::string text = bytes->substr(kMark.size() + 2);
    // It was a JSON string's inside, and becomes one again.
    if (!is_json("\"" + text + "\"", 1)) return std::nullopt;
    return ForeignSeal{kFormats[format], what == kSignature[0], std::move(text)};
}

}  // namespace tollgate
