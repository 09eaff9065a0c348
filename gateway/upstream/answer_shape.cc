#include "gateway/upstream/answer_shape.h"

#include <algorithm>
#include <array>

namespace tollgate {

std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

AnswerShape shape_of(std::string_view beginning) {
    beginning = without_byte_order_mark(beginning);
    const auto at = beginning.find_first_not_of(" \t\r\n");
    if (at == std::string_view::npos) return AnswerShape::unknown;
    beginning.remove_prefix(at);
    constexpr char kRecordSeparator = '\x1e';  // RFC 7464
    const char first = beginning.front();
    if (first == '{' || first == '[' || first == kRecordSeparator) return AnswerShape::json;
    // The fields of an event, and a comment. A read may end inside a name.
    static constexpr std::array<std::string_view, 6> kFields = {"data", "event", "error", "id", "retry", ":"};
    const bool events = std::ranges::any_of(
        kFields, [&](std::string_view field) { return beginning.starts_with(field) || field.starts_with(beginning); });
    return events ? AnswerShape::events : AnswerShape::neither;
}

}  // namespace tollgate
