#include "gateway/chat/reader/json_stream.h"

#include <algorithm>

namespace tollgate {
namespace {

// White space, what stands between and around the elements of a list, RFC 7464's separator, a byte order mark.
constexpr std::string_view kSeparators = " \t\r\n,[]\x1e\xef\xbb\xbf";
constexpr std::string_view kEndMark = "DONE";

}  // namespace

JsonStreamReader::Step JsonStreamReader::next(std::string_view& bytes) {
    if (depth_ == 0) {
        object_ = {};
        partial_.clear();
        const Step step = between(bytes);
        if (step != Step::object) return step;
    }
    const std::size_t length = object_length(bytes);
    const std::string_view piece = bytes.substr(0, length);
    if (partial_.size() + length > max_object_bytes_) return Step::too_large;
    bytes.remove_prefix(length);
    if (depth_ == 0 && partial_.empty()) {
        object_ = piece;
        return Step::object;
    }
    partial_ += piece;
    if (depth_ > 0) return Step::more;
    object_ = partial_;
    return Step::object;
}

// `object`: one begins where `bytes` now do.
JsonStreamReader::Step JsonStreamReader::between(std::string_view& bytes) {
    while (!bytes.empty()) {
        const char c = bytes.front();
        if (c >= 'A' && c <= 'Z') {
            word_ += c;
            if (!kEndMark.starts_with(word_)) return Step::invalid;
        } else {
            const bool end_mark = !word_.empty();
            if (end_mark && word_ != kEndMark) return Step::invalid;
            word_.clear();
            if (end_mark) return Step::end_mark;
            if (c == '{') return Step::object;
            if (kSeparators.find(c) == std::string_view::npos) return Step::invalid;
        }
        bytes.remove_prefix(1);
    }
    return Step::more;
}

// Of the object's rest, up to its last bracket; of all bytes, if that is not among them.
std::size_t JsonStreamReader::object_length(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        const char c = bytes[at++];
        if (escaped_) {
            escaped_ = false;
        } else if (in_string_) {
            if (c == '\\') escaped_ = true;
            if (c == '"') in_string_ = false;
            if (c == '\\' || c == '"') continue;
            at = std::min(bytes.find_first_of("\\\"", at), bytes.size());
        } else if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if ((c == '}' || c == ']') && --depth_ == 0) {
            break;
        }
    }
    return at;
}

}  // namespace tollgate
