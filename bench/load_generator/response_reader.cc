#include "bench/load_generator/response_reader.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace load {
namespace {

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

template <class T>
bool parse_number(std::string_view text, T& value, int base) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && (end == text.data() + text.size() || *end == ';');
}

}  // namespace

void ResponseReader::start() {
    framing_ = Framing::head;
    head_.clear();
    line_.clear();
    left_ = events_ = body_bytes_ = 0;
    status_ = 0;
    keep_alive_ = true;
    stream_ = saw_done_ = saw_error_ = false;
    line_start_bytes_ = 0;
}

bool ResponseReader::parse_head(std::string_view head) {
    if (!head.starts_with("HTTP/1.") || head.size() < 12) return false;
    keep_alive_ = head[7] == '1';
    if (!parse_number(head.substr(9, 3), status_, 10)) return false;
    framing_ = Framing::close;
    auto at = head.find("\r\n") + 2;
    while (true) {
        auto end = head.find("\r\n", at);
        if (end == std::string_view::npos || end == at) break;
        auto field = head.substr(at, end - at);
        at = end + 2;
        auto colon = field.find(':');
        if (colon == std::string_view::npos) return false;
        auto name = field.substr(0, colon);
        auto value = trimmed(field.substr(colon + 1));
        if (same(name, "content-length")) {
            if (!parse_number(value, left_, 10)) return false;
            framing_ = Framing::length;
        } else if (same(name, "transfer-encoding")) {
            if (!same(value, "chunked")) return false;
            framing_ = Framing::chunk_size;
        } else if (same(name, "connection")) {
            keep_alive_ = !same(value, "close");
        } else if (same(name, "content-type")) {
            stream_ = value.starts_with("text/event-stream");
        }
    }
    if (framing_ == Framing::close) keep_alive_ = false;
    return true;
}

ResponseReader::State ResponseReader::feed_head(std::string_view& bytes) {
    if (head_.empty()) {
        auto end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            head_.assign(bytes);
            bytes = {};
            return State::more;
        }
        auto head = bytes.substr(0, end + 4);
        bytes.remove_prefix(head.size());
        return parse_head(head) ? State::done : State::bad;
    }
    auto had = head_.size();
    head_ += bytes;
    auto end = head_.find("\r\n\r\n", had > 3 ? had - 3 : 0);
    if (end == std::string::npos) {
        bytes = {};
        return head_.size() > kMaxHeadBytes ? State::bad : State::more;
    }
    bytes.remove_prefix(end + 4 - had);
    head_.resize(end + 4);
    return parse_head(head_) ? State::done : State::bad;
}

// Takes a line of the chunked framing into line_, without its CRLF.
ResponseReader::State ResponseReader::feed_line(std::string_view& bytes) {
    auto end = bytes.find('\n');
    line_ += bytes.substr(0, end == std::string_view::npos ? bytes.size() : end + 1);
    if (line_.size() > kMaxHeadBytes) return State::bad;
    if (end == std::string_view::npos) {
        bytes = {};
        return State::more;
    }
    bytes.remove_prefix(end + 1);
    if (!line_.ends_with("\r\n")) return State::bad;
    line_.resize(line_.size() - 2);
    return State::done;
}

void ResponseReader::see_line_start() {
    std::string_view start(line_start_, line_start_bytes_);
    line_start_bytes_ = 0;
    if (!start.starts_with("data:")) return;
    ++events_;
    if (start.starts_with("data: [DONE]")) saw_done_ = true;
    if (start.starts_with("data: {\"error\"")) saw_error_ = true;
}

void ResponseReader::see_body(std::string_view bytes) {
    body_bytes_ += bytes.size();
    if (!stream_) return;
    while (!bytes.empty()) {
        auto end = bytes.find('\n');
        auto part = bytes.substr(0, end);
        auto take = std::min(part.size(), kLineStartBytes - line_start_bytes_);
        std::memcpy(line_start_ + line_start_bytes_, part.data(), take);
        line_start_bytes_ += take;
        if (end == std::string_view::npos) return;
        see_line_start();
        bytes.remove_prefix(end + 1);
    }
}

ResponseReader::State ResponseReader::feed(std::string_view bytes) {
    while (true) {
        switch (framing_) {
            case Framing::head:
                if (auto state = feed_head(bytes); state != State::done) return state;
                break;
            case Framing::close:
                see_body(bytes);
                return State::more;
            case Framing::length:
            case Framing::chunk_data: {
                auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
                see_body(bytes.substr(0, take));
                bytes.remove_prefix(take);
                left_ -= take;
                if (left_ > 0) return State::more;
                // Bytes behind a complete answer would be an answer to nothing.
                if (framing_ == Framing::length) return bytes.empty() ? State::done : State::bad;
                framing_ = Framing::chunk_end;
                break;
            }
            default: {
                if (auto state = feed_line(bytes); state != State::done) return state;
                if (framing_ == Framing::chunk_end) {
                    if (!line_.empty()) return State::bad;
                    framing_ = Framing::chunk_size;
                } else if (framing_ == Framing::trailer) {
                    if (line_.empty()) return bytes.empty() ? State::done : State::bad;
                } else {
                    if (!parse_number(std::string_view(line_), left_, 16)) return State::bad;
                    framing_ = left_ == 0 ? Framing::trailer : Framing::chunk_data;
                }
                line_.clear();
                break;
            }
        }
    }
}

}  // namespace load
