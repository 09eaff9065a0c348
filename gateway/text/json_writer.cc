#include "gateway/text/json_writer.h"

#include <charconv>

#include "gateway/text/time_text.h"

namespace tollgate {

void append_number(std::string& out, std::int64_t number) {
    char text[20];
    out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

void append_json_string(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0;  // where the run that needs no escape began
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, plain, at - plain);
        plain = at + 1;
        out += '\\';
        if (byte >= 0x20) {
            out += text[at];
        } else {
            out += "u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    out.append(text, plain);
    out += '"';
}

void JsonWriter::separate() {
    if (!first_ && !after_key_) out_ += ',';
    first_ = after_key_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    closers_ += bracket == '{' ? '}' : ']';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::end() {
    out_ += closers_.back();
    closers_.pop_back();
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += ':';
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    separate();
    append_json_string(out_, value);
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

JsonWriter& JsonWriter::time(std::int64_t unix_ms) { return unix_ms == 0 ? null() : text(rfc3339(unix_ms)); }

void append_last_member(std::string_view member, std::string& out) {
    const auto brace = out.find_last_not_of(" \t\r\n");
    if (member.empty() || brace == std::string::npos || brace == 0 || out[brace] != '}') return;
    const bool first = out[out.find_last_not_of(" \t\r\n", brace - 1)] == '{';
    out.insert(brace, first ? std::string(member) : "," + std::string(member));
}

}  // namespace tollgate
