#include "gateway/chat/dialect/truncate_middle.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>

namespace tollgate {
namespace {

constexpr std::string_view kMark = R"(\n\n[...]\n\n)";
constexpr std::size_t kMarkBytes = 9;  // spelt out

// One character of a JSON string.
struct Character {
    std::size_t spelt = 1;  // bytes between the quotes
    std::size_t bytes = 1;  // of UTF-8
};

std::uint32_t code_unit(Spelt text, std::size_t at) {
    std::uint32_t unit = 0;
    const std::string_view digits = text.substr(std::min(at + 2, text.size()), 4);
    std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    return unit;
}

Character escaped_at(Spelt text, std::size_t at) {
    constexpr std::size_t kEscape = 2, kUnit = 6;
    if (at + 1 >= text.size() || text[at + 1] != 'u') return {kEscape, 1};
    const std::uint32_t unit = code_unit(text, at);
    const bool high = unit >= 0xD800 && unit < 0xDC00;
    if (high && text.substr(std::min(at + kUnit, text.size())).starts_with("\\u")) return {2 * kUnit, 4};
    return {kUnit, unit < 0x80 ? 1U : unit < 0x800 ? 2U : 3U};
}

Character character_at(Spelt text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '\\') return escaped_at(text, at);
    const std::size_t size = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return {size, size};
}

// Where the character begins before which at least `bytes` are spelt, or the last before which no more are.
std::size_t place_of(Spelt text, std::size_t bytes, bool at_least) {
    std::size_t spelt_out = 0, at = 0;
    while (at < text.size()) {
        const Character character = character_at(text, at);
        if (at_least ? spelt_out >= bytes : spelt_out + character.bytes > bytes) return at;
        spelt_out += character.bytes;
        at = std::min(at + character.spelt, text.size());
    }
    return text.size();
}

// Members whose strings are text, and those that may hold such.
constexpr std::array<std::string_view, 3> kTexts = {"text", "content", "output"};
constexpr std::array<std::string_view, 5> kHolders = {"content", "parts", "output", "functionResponse",
                                                      "function_response"};
constexpr std::array<std::string_view, 3> kSigned = {"signature", "thoughtSignature", "thought_signature"};

bool is_among(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

void append_texts(Json item, std::vector<Spelt>& texts, int levels) {
    if (levels == 0) return;
    if (is_array(item)) return each_element(item, [&](Json one) { append_texts(one, texts, levels - 1); });
    bool is_signed = false;
    each_member(item, [&](std::string_view name, Json value) {
        is_signed = is_signed || (is_among(name, kSigned) && says_something(value));
    });
    if (is_signed) return;
    each_member(item, [&](std::string_view name, Json value) {
        if (is_text(value) && is_among(name, kTexts)) {
            texts.push_back(spelt(value));
        } else if (!is_text(value) && is_among(name, kHolders)) {
            append_texts(value, texts, levels - 1);
        } else if (name == "response") {  // Gemini's, whose members are the tool's own
            each_member(value, [&](std::string_view, Json one) {
                if (is_text(one)) texts.push_back(spelt(one));
            });
        }
    });
}

std::size_t bytes_spelt(Spelt text) {
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        bytes += character.bytes;
        at += character.spelt;
    }
    return bytes;
}

std::string truncate_middle(Spelt text, std::size_t most) {
    const std::size_t bytes = bytes_spelt(text);
    if (bytes <= most) return std::string(text);
    const std::size_t kept = most > kMarkBytes ? most - kMarkBytes : 0, tail = kept / 2;
    const std::size_t head_end = place_of(text, kept - tail, false);
    const std::size_t tail_begin = place_of(text, bytes - tail, true);
    return std::string(text.substr(0, head_end)).append(kMark).append(text.substr(tail_begin));
}

}  // namespace tollgate
