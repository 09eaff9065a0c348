#include "gateway/upstream/usage_scanner.h"

#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostKeyBytes = 64;       // longer names are none of usage
constexpr std::size_t kMostValueBytes = 16384;  // of a member that may be usage

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

void UsageScanner::feed(std::string_view bytes) {
    for (const char c : bytes) {
        take(c);
        ++bytes_;
    }
}

void UsageScanner::take(char c) {
    const bool part_of_value = state_ == State::value && (in_string_ || !(depth_ == 1 && (c == ',' || c == '}')));
    if (part_of_value && value_.size() <= kMostValueBytes && (!value_.empty() || !(is_white(c) || c == ':'))) {
        if (value_.empty()) value_begin_ = bytes_;
        value_ += c;
    }
    if (in_string_) {
        if (state_ == State::key && depth_ == 1 && c != '"' && key_.size() <= kMostKeyBytes) key_ += c;
        if (escaped_) {
            escaped_ = false;
        } else if (c == '\\') {
            escaped_ = true;
        } else if (c == '"') {
            in_string_ = false;
        }
        return;
    }
    take_structure(c);
}

void UsageScanner::take_structure(char c) {
    if (state_ == State::after && !is_white(c)) state_ = State::broken;
    if (state_ == State::before && !is_white(c)) state_ = c == '{' ? State::key : State::broken;
    switch (c) {
        case '"':
            in_string_ = true;
            break;
        case '{':
        case '[':
            ++depth_;
            break;
        case '}':
        case ']':
            if (depth_ == 1) end_member();
            if (depth_ > 0 && --depth_ == 0 && state_ != State::broken) state_ = State::after;
            break;
        case ':':
            if (depth_ == 1 && state_ == State::key) state_ = State::value;
            break;
        case ',':
            if (depth_ == 1) end_member();
            break;
        default:
            break;
    }
}

void UsageScanner::end_member() {
    if (state_ == State::value) {
        if (value_.size() <= kMostValueBytes && read_usage_member(key_, value_, usage_)) {
            has_usage_ = true;
            if (key_ == "usage") {
                usage_begin_ = value_begin_;
                usage_end_ = value_begin_ + value_.size();
            }
        }
        state_ = State::key;
    }
    key_.clear();
    value_.clear();
}

}  // namespace tollgate
