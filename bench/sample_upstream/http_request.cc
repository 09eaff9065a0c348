#include "bench/sample_upstream/http_request.h"

#include <strings.h>

#include <charconv>
#include <cstring>

namespace sample {
namespace {

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool contains_token(std::string_view value, std::string_view token) {
    for (std::size_t i = 0; i + token.size() <= value.size(); ++i) {
        if (same(value.substr(i, token.size()), token)) return true;
    }
    return false;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Only the fields this server acts on; the switch on the length keeps the walk cheap.
bool take_field(RequestHead& head, std::string_view name, std::string_view value) {
    switch (name.size()) {
        case 6:
            if (same(name, "expect")) head.expects_continue = contains_token(value, "100-continue");
            break;
        case 10:
            if (same(name, "connection")) {
                if (contains_token(value, "close")) head.keep_alive = false;
                if (contains_token(value, "keep-alive")) head.keep_alive = true;
            }
            break;
        case 13:
            if (same(name, "authorization")) head.authorization = value;
            break;
        case 14:
            if (same(name, "content-length")) {
                auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head.content_length);
                if (error != std::errc{} || end != value.data() + value.size()) return false;
                head.has_content_length = true;
            }
            break;
        case 15:
            if (same(name, "x-sample-script")) head.sample_script = value;
            break;
        case 17:
            if (same(name, "transfer-encoding")) head.chunked = same(value, "chunked");
            break;
        default:
            break;
    }
    return true;
}

}  // namespace

std::expected<RequestHead, std::string> parse_request_head(std::string_view text) {
    RequestHead head;
    head.head_bytes = text.size();
    auto line_end = text.find("\r\n");
    auto line = text.substr(0, line_end);
    auto first = line.find(' ');
    auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return std::unexpected("the request line has not three parts");
    auto version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return std::unexpected("the version is not HTTP/1.1 or HTTP/1.0");
    head.keep_alive = version == "HTTP/1.1";
    head.method = line.substr(0, first);
    head.path = line.substr(first + 1, last - first - 1);
    head.path = head.path.substr(0, head.path.find('?'));
    std::size_t at = line_end + 2;
    while (at < text.size()) {
        auto end = text.find("\r\n", at);
        if (end == at || end == std::string_view::npos) break;
        auto field = text.substr(at, end - at);
        at = end + 2;
        auto colon = field.find(':');
        if (colon == std::string_view::npos) return std::unexpected("a header field has no colon");
        if (!take_field(head, field.substr(0, colon), trimmed(field.substr(colon + 1)))) {
            return std::unexpected("the Content-Length is not a number");
        }
    }
    if (head.chunked && head.has_content_length) return std::unexpected("both Content-Length and chunked");
    return head;
}

ChunkedBody::State ChunkedBody::next_line(const char* data, std::size_t size, std::string_view& line) {
    const void* found = ::memmem(data + in_, size - in_, "\r\n", 2);
    if (!found) return size - in_ > kMaxHeadBytes ? State::bad : State::more;
    auto length = static_cast<std::size_t>(static_cast<const char*>(found) - (data + in_));
    line = {data + in_, length};
    in_ += length + 2;
    return State::done;
}

ChunkedBody::State ChunkedBody::decode(char* data, std::size_t size) {
    while (true) {
        if (step_ == Step::data) {
            auto take = std::min(left_, size - in_);
            std::memmove(data + out_, data + in_, take);
            out_ += take;
            in_ += take;
            left_ -= take;
            if (left_ > 0) return State::more;
            step_ = Step::data_end;
        }
        std::string_view line;
        if (auto state = next_line(data, size, line); state != State::done) return state;
        if (step_ == Step::data_end) {
            if (!line.empty()) return State::bad;
            step_ = Step::size;
        } else if (step_ == Step::trailer) {
            if (line.empty()) return State::done;
        } else {
            auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
            bool clean = end == line.data() + line.size() || *end == ';';
            if (error != std::errc{} || !clean || left_ > kMaxBodyBytes) return State::bad;
            step_ = left_ == 0 ? Step::trailer : Step::data;
        }
    }
}

}  // namespace sample
