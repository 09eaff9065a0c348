#include "gateway/upstream/usage_scanner.h"

#include <algorithm>

#include "gateway/chat/dialect/provider_error.h"
#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostKeyBytes = 64;       // longer names are none of usage
constexpr std::size_t kMostValueBytes = 16384;  // of a member that may be usage

constexpr std::string_view kEndMark = "DONE";

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Of what goes over a limit one byte more is kept: it tells that something is missing.
void append_up_to(std::size_t most, std::string_view text, std::string& out) {
    if (out.size() <= most) out += text.substr(0, most + 1 - out.size());
}

// As JsonStreamReader has it: what stands between and around objects.
bool is_separator(char c) { return std::string_view(" \t\r\n,[]\x1e\xef\xbb\xbf").contains(c); }

bool is_string(std::string_view value) { return value.size() >= 2 && value.front() == '"' && value.back() == '"'; }

bool is_label_of_answer(std::string_view object) {
    return object.starts_with("\"chat.completion") || object == "\"text_completion\"";
}

}  // namespace

void UsageScanner::Member::add_to_key(std::string_view text) { append_up_to(kMostKeyBytes, text, key); }

void UsageScanner::Member::add_to_value(std::string_view text, std::size_t at) {
    if (value.empty()) value_begin = at;
    append_up_to(kMostValueBytes, text, value);
}

void UsageScanner::Member::trim() {
    while (!value.empty() && is_white(value.back())) value.pop_back();
}

void UsageScanner::Member::clear() {
    in_value = false;
    key.clear();
    value.clear();
}

void UsageScanner::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t length = 1;
        if (!in_string_) {
            take_structure(bytes.front());
        } else {
            // Inside a string, up to what may end it.
            if (!escaped_) length = std::max<std::size_t>(std::min(bytes.find_first_of("\\\""), bytes.size()), 1);
            take_text(bytes.substr(0, length));
        }
        bytes_ += length;
        bytes.remove_prefix(length);
    }
}

void UsageScanner::take_text(std::string_view text) {
    const bool ends = !escaped_ && text.front() == '"';
    if (top_.in_value) {
        top_.add_to_value(text, bytes_);
    } else if (depth_ == kTopDepth && !ends) {
        top_.add_to_key(text);
    }
    if (in_choice()) {
        if (choice_.in_value) {
            choice_.add_to_value(text, bytes_);
        } else if (depth_ == kChoiceDepth && !ends) {
            choice_.add_to_key(text);
        }
    }
    if (ends) in_string_ = false;
    escaped_ = !escaped_ && text.front() == '\\';
}

void UsageScanner::take_structure(char c) {
    if (state_ == State::after || (state_ == State::before && c != '{')) return take_around(c);
    if (state_ == State::before) {
        state_ = State::inside;
        object_begin_ = bytes_;
    }
    const bool ends = c == ',' || c == '}' || c == ']';
    if (ends && depth_ == kChoiceDepth && in_choice()) end_choice_member();
    if (ends && depth_ == kTopDepth) end_member();
    const std::string_view text(&c, 1);
    if (top_.in_value && !(top_.value.empty() && is_white(c))) top_.add_to_value(text, bytes_);
    if (in_choice() && choice_.in_value && !(choice_.value.empty() && is_white(c))) choice_.add_to_value(text, bytes_);
    switch (c) {
        case '"':
            in_string_ = true;
            break;
        case '{':
        case '[':
            open(c);
            break;
        case '}':
        case ']':
            close(c);
            break;
        case ':':
            if (depth_ == kTopDepth) top_.in_value = true;
            if (depth_ == kChoiceDepth && in_choice()) choice_.in_value = true;
            break;
        default:
            break;
    }
}

void UsageScanner::take_around(char c) {
    if (is_separator(c)) return;
    const bool end_mark = state_ == State::after && end_mark_ < kEndMark.size() && c == kEndMark[end_mark_];
    if (end_mark) ++end_mark_;
    if (!end_mark) state_ = State::broken;
}

void UsageScanner::open(char c) {
    const bool choice = c == '{' && depth_ == kChoiceDepth - 1;
    if (choice && top_.key == "choices" && top_.value.starts_with('[')) answers_ = true;
    if (depth_ < max_depth_) {
        objects_[depth_] = c == '{';
    } else {
        state_ = State::broken;
    }
    ++depth_;
}

void UsageScanner::close(char c) {
    if (depth_ == 0) return;
    --depth_;
    if (depth_ < max_depth_ && objects_[depth_] != (c == '}')) state_ = State::broken;
    // An object is complete by itself: the body may break off behind it.
    if (depth_ == kTopDepth && top_.in_value && top_.value.starts_with('{')) end_member();
    if (depth_ > 0 || state_ == State::broken) return;
    state_ = State::after;
    object_end_ = bytes_ + 1;
}

// Also while the member passes, when enough of it came.
bool UsageScanner::says_error() const {
    constexpr std::size_t kEnough = 8;
    return !error_.empty() || (top_.value.size() > kEnough && tollgate::says_error(top_.key, top_.value));
}

void UsageScanner::end_member() {
    Member& member = top_;
    member.trim();
    if (member.key == "id" && is_string(member.value)) id_ = member.value;
    if (member.in_value && tollgate::says_error(member.key, member.value)) {
        error_ = "{\"" + member.key + "\":" + member.value + "}";
    }
    if (member.key == "object") labelled_ = labelled_ || is_label_of_answer(member.value);
    const bool kept = member.in_value && member.value.size() <= kMostValueBytes;
    if (kept && read_usage_member(member.key, member.value, usage_)) {
        has_usage_ = true;
        if (member.key == "usage") {
            usage_begin_ = member.value_begin;
            usage_end_ = member.value_begin + member.value.size();
        }
    }
    member.clear();
    choice_.clear();
}

// Choices share the prompt and have completions of their own.
void UsageScanner::end_choice_member() {
    ReportedUsage report;
    choice_.trim();
    if (choice_.in_value && choice_.key == "finish_reason" && is_string(choice_.value)) {
        finish_reason_ = choice_.value.substr(1, choice_.value.size() - 2);
    }
    const bool kept = choice_.in_value && choice_.key == "usage" && choice_.value.size() <= kMostValueBytes;
    if (kept && read_usage(choice_.value, report)) {
        if (in_choices_.names_count()) {
            in_choices_.add_choice(report);
        } else {
            in_choices_ = report;
        }
        in_choices_.openai_text = false;
    }
    choice_.clear();
}

}  // namespace tollgate
