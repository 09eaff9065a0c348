#include "gateway/chat/canonical/json_text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <simdjson.h>

#include <charconv>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// One walk over the text. Containers that are open are bits: an object or an array.
class Check {
  public:
    Check(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

    bool whole() {
        if (!simdjson::validate_utf8(text_.data(), text_.size())) return false;
        if (!value()) return false;
        while (!open_.empty()) {
            if (!next_in_container()) return false;
        }
        return look() == kEnd && at_ == text_.size();
    }

  private:
    static constexpr char kEnd = '\0';  // no character that JSON has outside of strings

    char look() {
        while (at_ < text_.size() && is_white(text_[at_])) ++at_;
        return at_ < text_.size() ? text_[at_] : kEnd;
    }

    // A scalar, or the beginning of a container with its first element; an empty one is closed.
    bool value() {
        const char first = look();
        if (first == '"') return string();
        if (first == '{' || first == '[') return container(first);
        if (first == '-' || is_digit(first)) return number();
        return word("true") || word("false") || word("null");
    }

    bool container(char bracket) {
        ++at_;
        const bool is_object = bracket == '{';
        if (look() == (is_object ? '}' : ']')) {
            ++at_;
            return true;
        }
        if (open_.size() == max_depth_) return false;
        open_.push_back(bracket);
        return begin_element();
    }

    bool begin_element() {
        if (open_.back() == '{' && (look() != '"' || !string() || look() != ':' || !step())) return false;
        return value();
    }

    bool next_in_container() {
        const char next = look();
        if (next == ',') return step() && begin_element();
        if (next != (open_.back() == '{' ? '}' : ']')) return false;
        open_.pop_back();
        return step();
    }

    bool step() {
        ++at_;
        return true;
    }

    bool string() {
        ++at_;
        while (true) {
            skip_ordinary();
            if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) return false;
            if (text_[at_] == '"') return step();
            if (text_[at_] == '\\') {
                if (!escape()) return false;
            } else {
                ++at_;
            }
        }
    }

    // Inside a string: what is neither its end, nor an escape, nor forbidden. Sixteen bytes at a time; the last ones
    // are left to string().
    void skip_ordinary() {
#ifdef __SSE2__
        const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1f);
        while (at_ + 16 <= text_.size()) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_.data() + at_));
            const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
            const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
            const int hits = _mm_movemask_epi8(_mm_or_si128(control, special));
            if (hits != 0) {
                at_ += static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(hits)));
                return;
            }
            at_ += 16;
        }
#endif
    }

    bool escape() {
        constexpr std::string_view kShort = "\"\\/bfnrt";
        if (++at_ >= text_.size()) return false;
        if (text_[at_] != 'u') return kShort.find(text_[at_]) != std::string_view::npos && step();
        ++at_;
        for (const std::size_t end = at_ + 4; at_ < end; ++at_) {
            if (at_ >= text_.size() || !is_hex(text_[at_])) return false;
        }
        return true;
    }

    bool number() {
        const std::size_t begin = at_;
        while (at_ < text_.size() &&
               (is_digit(text_[at_]) || std::string_view("+-.eE").find(text_[at_]) != std::string_view::npos)) {
            ++at_;
        }
        return may_be_value(text_.substr(begin, at_ - begin));
    }

    bool word(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    std::string_view text_;
    const std::size_t max_depth_;
    std::size_t at_ = 0;
    std::string open_;  // brackets
};

}  // namespace

std::string plain(Spelt text) {
    if (text.find('\\') == Spelt::npos) return std::string(text);
    return unescaped("\"" + std::string(text) + "\"", text.size());
}

bool spells(Spelt text, std::string_view word) {
    return text.find('\\') == Spelt::npos ? text == word : plain(text) == word;
}

bool is_blank(Spelt text) {
    constexpr std::string_view kBlank = " \t\r\n\v\f";
    if (text.find_first_not_of(kBlank) == Spelt::npos) return true;
    if (text[text.find_first_not_of(kBlank)] != '\\') return false;
    const std::string unspelt = plain(text);
    return !unspelt.empty() && unspelt.find_first_not_of(kBlank) == std::string::npos;
}

std::string spell(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json.substr(1, json.size() - 2);
}

std::optional<std::int64_t> whole_number(Json value) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
    return number;
}

Json member(Json object, std::string_view name) {
    Json found;
    each_member(object, [&](std::string_view key, Json value) {
        if (key == name) found = value;
    });
    return found;
}

std::size_t next_element(Json array, std::size_t at) {
    at = array.find_first_not_of(" \t\r\n,", at);
    return at == Json::npos || array[at] == ']' ? array.size() : at;
}

bool is_json(std::string_view text, std::size_t max_depth) { return Check(text, max_depth).whole(); }

}  // namespace tollgate
