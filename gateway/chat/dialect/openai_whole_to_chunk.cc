#include "gateway/chat/dialect/openai_whole_to_chunk.h"

#include <algorithm>

namespace tollgate {
namespace {

constexpr std::size_t kMostKept = 32;  // of a name or a value that may matter

// A line break would end the line of the event.
void append_on_one_line(std::string_view text, std::string& out) {
    const std::size_t begin = out.size();
    out += text;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), [](char c) { return c == '\n' || c == '\r'; },
        ' ');
}

}  // namespace

void OpenAiWholeToChunk::take(std::string_view bytes, std::string& out) {
    if (depth_ == 0 && !object_[kTop]) bytes.remove_prefix(std::min(bytes.find('{'), bytes.size()));
    while (!bytes.empty()) {
        std::size_t length = 1;
        if (text_ == Text::none) {
            take_structure(bytes.front(), out);
        } else {
            // Inside a string, up to what may end it.
            if (!escaped_) length = std::max<std::size_t>(std::min(bytes.find_first_of("\\\""), bytes.size()), 1);
            take_text(bytes.substr(0, length), out);
        }
        bytes.remove_prefix(length);
    }
}

bool OpenAiWholeToChunk::watched() const {
    if (depth_ == kTop) return true;
    if (depth_ < kChoice || depth_ > kCall || !object_[depth_] || object_[2] || inside_[kTop] != Name::choices) {
        return false;
    }
    if (depth_ == kChoice) return true;
    if (!object_[kChoice] || inside_[kChoice] != Name::message) return false;
    if (depth_ == kMessage) return true;
    return depth_ == kCall && object_[kMessage] && !object_[kCalls] && inside_[kMessage] == Name::tool_calls;
}

OpenAiWholeToChunk::Name OpenAiWholeToChunk::name_of(std::string_view key) const {
    if (depth_ == kTop && key == "choices") return Name::choices;
    if (depth_ == kTop && key == "object") return Name::object;
    if (depth_ == kChoice && key == "message") return Name::message;
    if (depth_ == kMessage && key == "tool_calls") return Name::tool_calls;
    if (depth_ == kCall && key == "index") return Name::index;
    return Name::other;
}

void OpenAiWholeToChunk::take_structure(char c, std::string& out) {
    switch (c) {
        case '\n':
        case '\r':
            return;
        case '{':
        case '[':
            return open(c, out);
        case '}':
        case ']':
            return close(c, out);
        case '"': {
            const bool key = key_follows_ && watched();
            const bool value = !key_follows_ && depth_ == kTop && inside_[kTop] == Name::object;
            text_ = key ? Text::key : value ? Text::object_value : Text::passes;
            kept_.clear();
            if (text_ == Text::passes && !drops_) out += c;
            return;
        }
        case ',':
            key_follows_ = depth_ > kCall || object_[depth_];
            if (depth_ == kCall && watched()) {
                comma_waits_ = true;
                drops_ = false;
                return;
            }
            break;
        case ':':
            key_follows_ = false;
            break;
        default:
            break;
    }
    if (!drops_) out += c;
}

void OpenAiWholeToChunk::open(char c, std::string& out) {
    if (!drops_) out += c;
    ++depth_;
    if (depth_ > kCall) return;
    inside_[depth_] = Name::other;
    object_[depth_] = c == '{';
    key_follows_ = c == '{';
    if (depth_ == kCalls) calls_ = 0;
    if (depth_ == kCall && watched()) {
        out += "\"index\":" + std::to_string(calls_++);
        comma_waits_ = true;
    }
}

void OpenAiWholeToChunk::close(char c, std::string& out) {
    if (depth_ == kCall && watched()) comma_waits_ = drops_ = false;
    if (!drops_) out += c;
    if (depth_ > 0) --depth_;
}

void OpenAiWholeToChunk::take_text(std::string_view text, std::string& out) {
    if (!escaped_ && text.front() == '"') {
        end_text(out);
        text_ = Text::none;
        return;
    }
    escaped_ = !escaped_ && text.front() == '\\';
    if (text_ == Text::passes) {
        if (!drops_) append_on_one_line(text, out);
        return;
    }
    append_on_one_line(text, kept_);
    if (kept_.size() <= kMostKept) return;
    if (text_ == Text::key) {  // too long to be one that matters
        inside_[depth_] = Name::other;
        begin_key(out);
    } else {
        out += '"';
    }
    out += kept_;
    text_ = Text::passes;
}

void OpenAiWholeToChunk::begin_key(std::string& out) {
    if (comma_waits_ && depth_ == kCall) out += ',';
    if (depth_ == kCall) comma_waits_ = false;
    out += '"';
}

void OpenAiWholeToChunk::end_text(std::string& out) {
    if (text_ == Text::object_value) {
        out += '"';
        out += kept_ == "chat.completion" ? "chat.completion.chunk" : kept_;
    } else if (text_ == Text::key) {
        inside_[depth_] = name_of(kept_);
        drops_ = inside_[depth_] == Name::index;
        if (drops_) return;  // the comma before it stays for the next
        begin_key(out);
        out += inside_[depth_] == Name::message ? "delta" : kept_;
    }
    if (!drops_) out += '"';
}

}  // namespace tollgate
