#include "gateway/chat/reader/sse.h"

#include <cstring>

namespace tollgate {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Up to the first CR or LF; all of it if there is none. Every second line is empty.
std::size_t line_length(std::string_view bytes) {
    if (bytes.front() == '\n') return 0;
    const void* const newline = std::memchr(bytes.data(), '\n', bytes.size());
    const std::size_t length =
        newline == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data());
    const void* const carriage_return = std::memchr(bytes.data(), '\r', length);
    return carriage_return == nullptr
               ? length
               : static_cast<std::size_t>(static_cast<const char*>(carriage_return) - bytes.data());
}

// Whether the brackets that it begins with are closed at its end.
bool is_whole_object(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string && c == '\\') {
            ++at;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            ++depth;
        } else if (!in_string && (c == '}' || c == ']') && --depth == 0) {
            return at + 1 == text.size();
        }
        if (depth == 0) return false;
    }
    return false;
}

// Where the value stands behind the field's colon; one space there is no part of it.
std::size_t value_begin(std::string_view line, std::size_t name_bytes) {
    return line.substr(name_bytes + 1).starts_with(' ') ? name_bytes + 2 : name_bytes + 1;
}

}  // namespace

void SseReader::begin(std::size_t max_event_bytes) {
    max_event_bytes_ = max_event_bytes;
    mark_bytes_ = 0;
    partial_.clear();
    skip_line_feed_ = false;
    forget_event();
}

SseReader::Step SseReader::next(std::string_view& bytes) {
    if (returned_) forget_event();
    if (mark_bytes_ < kByteOrderMark.size()) skip_byte_order_mark(bytes);
    while (!bytes.empty()) {
        if (skip_line_feed_ && bytes.front() == '\n') bytes.remove_prefix(1);  // CR, LF and CRLF all end a line
        skip_line_feed_ = false;
        if (bytes.empty()) break;
        const std::size_t length = line_length(bytes);
        if (length == bytes.size()) break;
        const char first = partial_.empty() ? bytes.front() : partial_.front();
        if (has_data_ && first == 'd' && begins_event(bytes)) {
            returned_ = true;
            return Step::event;
        }
        skip_line_feed_ = bytes[length] == '\r';
        const std::string_view line = bytes.substr(0, length);
        bytes.remove_prefix(length + 1);
        bool event = false;
        if (!partial_.empty()) {
            partial_ += line;
            event = take_line(partial_, true);
            partial_.clear();
        } else if (!line.empty()) {
            event = take_line(line, false);
        } else if (!data_.empty() || (has_comment_ && !has_data_)) {
            returned_ = true;
            return data_.empty() ? Step::comment : Step::event;
        } else {
            forget_event();
        }
        if (data_.size() > max_event_bytes_) return Step::too_large;
        if (!event) continue;
        returned_ = true;
        return Step::event;
    }
    const std::string_view rest = bytes;
    bytes = {};
    return keep(rest);
}

// It may come in pieces.
void SseReader::skip_byte_order_mark(std::string_view& bytes) {
    while (mark_bytes_ < kByteOrderMark.size() && !bytes.empty()) {
        const bool mark = bytes.front() == kByteOrderMark[mark_bytes_];
        if (mark) bytes.remove_prefix(1);
        mark_bytes_ = mark ? mark_bytes_ + 1 : kByteOrderMark.size();
    }
}

// Whether the line that begins with partial_ and goes on in `bytes` begins an event although no empty line ended the
// one in hand: some providers send none. Else an object that spans lines would begin again.
bool SseReader::begins_event(std::string_view bytes) const {
    if (!data_.starts_with('{') || !data_.ends_with('}')) return false;
    constexpr std::size_t kEnough = 16;
    std::string beginning = partial_.substr(0, kEnough);
    beginning += bytes.substr(0, kEnough - beginning.size());
    if (!beginning.starts_with("data:")) return false;
    const std::string_view value = std::string_view(beginning).substr(value_begin(beginning, 4));
    return (value.starts_with('{') || value.starts_with("[DONE]")) && is_whole_object(data_);
}

// `in_partial`: the line is partial_, which is not needed behind it, else in the caller's bytes.
bool SseReader::take_line(std::string_view line, bool in_partial) {
    if (line.starts_with("data:")) {
        take_value(line, value_begin(line, 4), in_partial);
    } else if (line.starts_with(':')) {
        has_comment_ = true;
    } else if (line.starts_with("event:")) {
        name_ = line.substr(value_begin(line, 5), kMostNameBytes);
    } else if (!has_data_ && line.starts_with("error:")) {
        const std::size_t begin = value_begin(line, 5);
        if (begin == line.size()) return false;
        name_ = "error";
        take_value(line, begin, in_partial);
        return true;
    } else if (!has_data_ && line.starts_with('{')) {
        take_value(line, 0, in_partial);
        return true;
    }
    return false;
}

void SseReader::take_value(std::string_view line, std::size_t value_begin, bool in_partial) {
    if (has_data_) {
        own_data();
        joined_.append(1, ' ').append(line.substr(value_begin));
        data_ = joined_;
    } else if (in_partial) {
        joined_.swap(partial_);
        data_ = std::string_view(joined_).substr(value_begin);
    } else {
        data_ = line.substr(value_begin);
    }
    has_data_ = true;
}

void SseReader::forget_event() {
    data_ = {};
    name_.clear();
    joined_.clear();
    has_data_ = has_comment_ = returned_ = false;
}

// Sees to it that data_ is all of joined_, and not in the caller's bytes.
void SseReader::own_data() {
    if (data_.size() == joined_.size()) return;
    if (joined_.empty()) {
        joined_ = data_;
    } else {  // behind the field's name
        joined_.erase(0, joined_.size() - data_.size());
    }
    data_ = joined_;
}

// At the end of the caller's bytes: what is needed later is copied.
SseReader::Step SseReader::keep(std::string_view rest) {
    if (!data_.empty()) own_data();
    partial_ += rest;
    return partial_.size() + data_.size() > max_event_bytes_ ? Step::too_large : Step::more;
}

void SseReader::release_above(std::size_t bytes) {
    for (std::string* text : {&partial_, &joined_}) {
        if (text->capacity() > bytes) std::string().swap(*text);
    }
    data_ = {};
}

}  // namespace tollgate
