#include "gateway/chat/dialect/responses/text_argument.h"

#include <algorithm>
#include <array>

#include "gateway/chat/canonical/answer_echo.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kUnicodeBytes = 6;  // \u12ab

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_unicode_escape(std::string_view text) {
    return text.size() >= kUnicodeBytes && text.starts_with("\\u") && std::ranges::all_of(text.substr(2, 4), is_hex);
}

// The first of two escapes that spell one character: \ud800 to \udbff.
bool is_first_of_pair(std::string_view text) {
    return is_unicode_escape(text) && (text[2] == 'd' || text[2] == 'D') &&
           std::string_view("89abAB").find(text[3]) != std::string_view::npos;
}

// Bytes of the character, or escape, at the beginning; 0: more of it has to come.
std::size_t length_of_next(std::string_view text) {
    if (text[0] != '\\') return 1;
    if (text.size() < 2) return 0;
    if (text[1] != 'u') return 2;
    if (text.size() < kUnicodeBytes) return 0;
    if (!is_first_of_pair(text)) return is_unicode_escape(text) ? kUnicodeBytes : 2;
    return text.size() < 2 * kUnicodeBytes && std::string_view("\\u").starts_with(text.substr(kUnicodeBytes, 2))
               ? 0
               : kUnicodeBytes + (is_unicode_escape(text.substr(kUnicodeBytes)) ? kUnicodeBytes : 0);
}

// A character, or an escape, as JSON has it, whatever the model wrote.
void append_spelt(std::string_view one, std::string& text) {
    constexpr std::string_view kShort = "\"\\/bfnrt";
    if (one.size() == 1 && static_cast<unsigned char>(one[0]) < 0x20) {
        text += spell(one);
    } else if (one.size() == 2 && kShort.find(one[1]) == std::string_view::npos) {
        text += spell(one);
    } else {
        text += one;
    }
}

}  // namespace

// Whether the text has begun; it is then at the beginning.
bool TextArgument::begin() {
    static const std::array<std::string, 4> kTokens = {"{", "\"" + std::string(AnswerEcho::kTextMember) + "\"", ":",
                                                       "\""};
    std::size_t at = 0;
    for (const std::string& token : kTokens) {
        while (at < json_.size() && is_white(json_[at])) ++at;
        if (json_.compare(at, token.size(), token) != 0) return false;
        at += token.size();
    }
    json_.erase(0, at);
    return true;
}

void TextArgument::take_text(std::string& text) {
    const std::string_view json = json_;
    std::size_t at = 0;
    while (at < json.size()) {
        if (json[at] == '"') {
            state_ = State::behind;
            break;
        }
        const std::size_t length = length_of_next(json.substr(at));
        if (length == 0) break;
        append_spelt(json.substr(at, length), text);
        at += length;
    }
    json_.erase(0, at);
}

void TextArgument::take(Spelt fragment, std::string& text) {
    if (state_ == State::behind || json_.size() + fragment.size() > kMostBytes) return;
    json_ += plain(fragment);
    if (state_ == State::before && begin()) state_ = State::inside;
    if (state_ == State::inside) take_text(text);
}

void TextArgument::finish(std::string& text) {
    if (state_ == State::before && !json_.empty()) {
        const std::string_view json =
            std::string_view(json_).substr(std::min(json_.find_first_not_of(" \t\r\n"), json_.size()));
        const Json named = is_json(json, kMostDepth) ? member(json, AnswerEcho::kTextMember) : Json();
        text += is_text(named) ? std::string(spelt(named)) : spell(json_);
    }
    state_ = State::behind;
}

}  // namespace tollgate
