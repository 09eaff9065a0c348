#include "gateway/request/json_object.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <cstring>

namespace tollgate {

void JsonMembers::skip_white() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
        ++at_;
}

void JsonMembers::skip_string() {
    ++at_;
    while (at_ < text_.size()) {
        const auto* const quote = static_cast<const char*>(std::memchr(text_.data() + at_, '"', text_.size() - at_));
        if (quote == nullptr) {
            at_ = text_.size();
            return;
        }
        const auto found = static_cast<std::size_t>(quote - text_.data());
        std::size_t backslashes = 0;
        while (found - backslashes > at_ && text_[found - 1 - backslashes] == '\\') ++backslashes;
        at_ = found + 1;
        if (backslashes % 2 == 0) return;
    }
}

namespace {

// Characters that end a scalar or change the depth.
constexpr std::array<bool, 256> make_structural() {
    std::array<bool, 256> structural{};
    for (const char c : std::string_view("\"{}[], \n\r\t")) structural[static_cast<unsigned char>(c)] = true;
    return structural;
}
constexpr auto kStructural = make_structural();

// Inside a nested value only quotes and brackets matter: leaps over sixteen other bytes at a time.
std::size_t skip_plain(const char* text, std::size_t at, std::size_t size) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
    const __m128i bit = _mm_set1_epi8(0x20);   // '[' | 0x20 is '{', ']' | 0x20 is '}'
    while (at + 16 <= size) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
        const __m128i folded = _mm_or_si128(bytes, bit);
        const __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote),
                                          _mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close)));
        const int mask = _mm_movemask_epi8(hits);
        if (mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(mask)));
        at += 16;
    }
#endif
    return at;
}

}  // namespace

void JsonMembers::skip_value() {
    int depth = 0;
    const char* const text = text_.data();
    const std::size_t size = text_.size();
    while (true) {
        if (depth > 0 && at_ < size && !kStructural[static_cast<unsigned char>(text[at_])]) at_ = skip_plain(text, at_, size);
        while (at_ < size && !kStructural[static_cast<unsigned char>(text[at_])]) ++at_;
        if (at_ == size) return;
        const char c = text[at_];
        if (c == '"') {
            skip_string();
            if (depth == 0) return;
            continue;
        }
        if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return;
            if (--depth == 0) {
                ++at_;
                return;
            }
        } else if (depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
            return;
        }
        ++at_;
    }
}

std::optional<JsonMember> JsonMembers::next() {
    skip_white();
    if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        skip_white();
    }
    if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
    JsonMember member;
    member.key.begin = static_cast<std::uint32_t>(at_);
    skip_string();
    member.key.end = static_cast<std::uint32_t>(at_);
    skip_white();
    if (at_ >= text_.size() || text_[at_] != ':') {
        at_ = text_.size();
        return std::nullopt;
    }
    ++at_;
    skip_white();
    member.value.begin = static_cast<std::uint32_t>(at_);
    skip_value();
    member.value.end = static_cast<std::uint32_t>(at_);
    return member;
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
