#include "gateway/chat/canonical/json_text.h"

#include <simdjson.h>

#include <charconv>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

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
        while (at_ < text_.size() && kWhite.find(text_[at_]) != std::string_view::npos) ++at_;
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
        const std::size_t end = after_string(text_, at_);
        if (end - at_ < 2 || text_[end - 1] != '"') return false;
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 2);
        at_ = end;
        for (std::size_t at = 0; at < inside.size(); ++at) {
            if (static_cast<unsigned char>(inside[at]) < 0x20) return false;
            if (inside[at] != '\\') continue;
            if (++at == inside.size()) return false;
            if (inside[at] != 'u') {
                if (std::string_view("\"\\/bfnrt").find(inside[at]) == std::string_view::npos) return false;
                continue;
            }
            for (int digits = 0; digits < 4; ++digits) {
                if (++at >= inside.size() || !is_hex(inside[at])) return false;
            }
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
