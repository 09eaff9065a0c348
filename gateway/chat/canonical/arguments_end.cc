#include "gateway/chat/canonical/arguments_end.h"

#include <algorithm>

namespace tollgate {
namespace {

// What the escape at the beginning of `text` spells, if JSON's structure knows it; any other character as 'x'. Takes it
// off, all but its last character.
char unescape(Spelt& text) {
    if (text.size() < 2) return 'x';
    text.remove_prefix(1);
    if (text.front() == '"' || text.front() == '\\') return text.front();
    if (text.front() != 'u') return 'x';
    const std::string_view code = text.substr(1, 4);
    text.remove_prefix(std::min<std::size_t>(4, text.size() - 1));
    if (!code.starts_with("00")) return 'x';
    const std::string spelling = "\\u" + std::string(code);
    const std::string character = plain(spelling);
    return character.size() == 1 ? character.front() : 'x';
}

}  // namespace

void ArgumentsEnd::read(Spelt fragment) {
    for (; !fragment.empty(); fragment.remove_prefix(1)) {
        take(fragment.front() == '\\' ? unescape(fragment) : fragment.front());
    }
}

void ArgumentsEnd::take(char c) {
    if (escaped_) {
        escaped_ = false;
    } else if (in_string_) {
        escaped_ = c == '\\';
        in_string_ = c != '"';
    } else if (c == '"') {
        in_string_ = true;
    } else if (c == '{' || c == '[') {
        ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
        reached_ = --depth_ == 0 || reached_;
    }
}

}  // namespace tollgate
