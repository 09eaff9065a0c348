#include "gateway/text/json_members.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstring>

namespace tollgate {

std::size_t after_string(std::string_view text, std::size_t at) {
    ++at;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    while (at + 16 <= text.size()) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const int hits =
            _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
        if (hits == 0) {
            at += 16;
            continue;
        }
        at += static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(hits)));
        if (text[at] == '"') return at + 1;
        at += 2;  // the escaped character, whatever it is
    }
#endif
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    return std::min(at + 1, text.size());
}

namespace {

// Characters that end a scalar or change the depth.
constexpr std::array<bool, 256> make_structural() {
    std::array<bool, 256> structural{};
    for (const char c : std::string_view("\"{}[], \n\r\t")) structural[static_cast<unsigned char>(c)] = true;
    return structural;
}
constexpr auto kStructural = make_structural();

constexpr bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// All walk with a local cursor: a member would be stored again for every byte.
std::size_t after_white(std::string_view text, std::size_t at) {
    while (at < text.size() && is_white(text[at])) ++at;
    return at;
}

constexpr bool is_bracket(char c) { return (c | 0x20) == '{' || (c | 0x20) == '}'; }

// How a bracket changes the depth: what opens has this bit, what closes hasn't.
constexpr std::size_t step_of(char bracket) { return (bracket & 2) != 0 ? 1 : static_cast<std::size_t>(-1); }

#ifdef __SSE2__
// Which of sixteen bytes are what; the lowest bit is the first byte.
struct Sixteen {
    unsigned backslashes, quotes, brackets;

    explicit Sixteen(const char* text) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
        const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));  // '[' | 0x20 is '{', ']' | 0x20 is '}'
        const auto mask = [](__m128i hits) { return static_cast<unsigned>(_mm_movemask_epi8(hits)); };
        backslashes = mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        quotes = mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
        brackets =
            mask(_mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), _mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))));
    }
};

// Each bit behind an odd number of the given ones, itself included.
constexpr unsigned behind_odd(unsigned bits) {
    for (const int by : {1, 2, 4, 8}) bits ^= bits << by;
    return bits & 0xffffU;
}
#endif

// Inside a nested value only brackets outside of strings matter: sixteen bytes at a time, as simdjson finds them
// (https://arxiv.org/abs/1902.08318). A string that a block does not end is leapt over.
std::size_t after_nested(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    bool in_string = false;
    while (at < text.size()) {
        if (in_string) {  // which may be long
            at = after_string(text, at - 1);
            in_string = false;
            continue;
        }
        std::size_t block = text.size() - at;
#ifdef __SSE2__
        if (block >= 16) {
            const Sixteen found(text.data() + at);
            if (found.backslashes == 0) {
                const unsigned inside = behind_odd(found.quotes);
                for (unsigned left = found.brackets & ~inside; left != 0; left &= left - 1) {
                    const auto bracket = at + static_cast<std::size_t>(__builtin_ctz(left));
                    depth += step_of(text[bracket]);
                    if (depth == 0) return bracket + 1;
                }
                in_string = (inside & 0x8000U) != 0;
                at += 16;
                continue;
            }
            block = 16;
        }
#endif
        for (const std::size_t end = at + block; at < end && !in_string;) {
            const char c = text[at++];
            in_string = c == '"';
            if (is_bracket(c)) depth += step_of(c);
            if (depth == 0) return at;
        }
    }
    return at;
}

std::size_t after_value(std::string_view text, std::size_t at) {
    if (at >= text.size()) return text.size();
    if (text[at] == '"') return after_string(text, at);
    if (text[at] == '{' || text[at] == '[') return after_nested(text, at);
    while (at < text.size() && !kStructural[static_cast<unsigned char>(text[at])]) ++at;
    return at;
}

}  // namespace

// Most JSON here is written without white space: two bytes tell, before and behind the key.
std::string_view JsonMembers::next_key() {
    const std::string_view text = text_;
    std::size_t at = at_;
    if (at + 1 < text.size() && text[at] == ',' && text[at + 1] == '"') {
        ++at;
    } else {
        at = after_white(text, at);
        if (at < text.size() && text[at] == ',') at = after_white(text, at + 1);
        at_ = at;
        if (at >= text.size() || text[at] != '"') return {};
    }
    const std::size_t end = after_string(text, at);
    const std::string_view key(text.data() + at, end - at);
    if (end + 1 < text.size() && text[end] == ':' && static_cast<unsigned char>(text[end + 1]) > ' ') {
        at_ = end + 1;
        return key;
    }
    const std::size_t colon = after_white(text, end);
    if (colon >= text.size() || text[colon] != ':') {
        at_ = text.size();
        return {};
    }
    at_ = after_white(text, colon + 1);
    return key;
}

TextSpan JsonMembers::skip_value() {
    const std::size_t begin = std::min(at_, text_.size());
    at_ = after_value(text_, begin);
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
}

std::optional<JsonMember> JsonMembers::next() {
    const std::string_view key = next_key();
    if (key.empty()) return std::nullopt;
    const auto begin = static_cast<std::uint32_t>(key.data() - text_.data());
    JsonMember member;
    member.key = {begin, begin + static_cast<std::uint32_t>(key.size())};
    member.value = skip_value();
    return member;
}

namespace {

// A key is short: eight bytes at a time are quicker than the library's search.
bool has_backslash(std::string_view key) {
    constexpr std::uint64_t kOnes = 0x0101010101010101U, kHighs = 0x8080808080808080U;
    const auto among_eight = [key](std::size_t at) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, key.data() + at, 8);
        bytes ^= '\\' * kOnes;
        return ((bytes - kOnes) & ~bytes & kHighs) != 0;
    };
    if (key.size() < 8) return key.find('\\') != std::string_view::npos;
    bool found = among_eight(key.size() - 8);  // overlaps the one before
    for (std::size_t at = 0; at + 8 < key.size(); at += 8) found = found || among_eight(at);
    return found;
}

}  // namespace

std::string_view key_name(std::string_view key, std::string& unescaped_key) {
    if (!has_backslash(key)) return key.substr(1, key.size() - 2);
    unescaped_key = unescaped(key, key.size());
    return unescaped_key;
}

namespace {

std::string_view without_digits(std::string_view text) {
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
    return text;
}

// As RFC 8259 has it.
bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const std::string_view fraction = without_digits(text);
    if (fraction.size() == text.size() || (text.front() == '0' && text.size() - fraction.size() > 1)) return false;
    text = fraction;
    if (text.starts_with('.')) {
        const std::string_view exponent = without_digits(text.substr(1));
        if (exponent.size() + 1 == text.size()) return false;
        text = exponent;
    }
    if (text.empty()) return true;
    if (text.front() != 'e' && text.front() != 'E') return false;
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && without_digits(text).empty();
}

}  // namespace

bool may_be_value(std::string_view text) {
    if (text.empty()) return false;
    const char first = text.front();
    if (first == '"') return text.size() > 1 && text.back() == '"';
    if (first == '{' || first == '[') return true;
    return text == "null" || text == "true" || text == "false" || is_number(text);
}

std::string unescaped(std::string_view json, std::size_t most) {
    boost::system::error_code failed;
    const auto value = boost::json::parse(json, failed);
    if (failed || !value.is_string()) return {};
    return std::string(cut_utf8(std::string_view(value.get_string()), most));
}

std::string_view cut_utf8(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
    return text.substr(0, most);
}

std::optional<JsonMember> find_member(std::string_view text, std::size_t at, std::string_view name) {
    JsonMembers members(text, at);
    std::optional<JsonMember> found;
    while (const auto member = members.next()) {
        const std::string_view key = member->key.of(text);
        if (key.substr(1, key.size() - 2) == name) found = member;
    }
    return found;
}

}  // namespace tollgate
