#include "gateway/wire/http_head.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "gateway/text/ascii.h"

namespace tollgate::wire {
namespace {

// Character classes of RFC 9110: 1 = token character, 2 = allowed in a field value, 4 = allowed in a request target,
// 8 = allowed in Host.
constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    constexpr std::string_view tokens = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (const char c : tokens) classes[static_cast<unsigned char>(c)] |= 1;
    for (unsigned c = 0; c < 256; ++c) {
        const bool control = c < 0x20 || c == 0x7f;
        if (!control || c == '\t') classes[c] |= 2;
        if (!control && c != ' ') classes[c] |= 4 | 8;
    }
    for (const char c : std::string_view("/?#@,\\")) classes[static_cast<unsigned char>(c)] &= ~8U;
    return classes;
}
constexpr auto kClasses = make_classes();

// Looks at all of it: what is refused is rare, and an early end costs a branch a character.
bool all_of_class(std::string_view text, std::uint8_t wanted) {
    std::uint8_t all = wanted;
    for (const char c : text) all &= kClasses[static_cast<unsigned char>(c)];
    return all == wanted;
}

// One for each of eight bytes.
constexpr std::uint64_t kOnes = 0x0101010101010101U, kHighs = 0x8080808080808080U;

// True if any of eight bytes is a control character or DEL; tabs count, the caller looks closer.
bool may_have_control(std::uint64_t bytes) {
    const std::uint64_t below_space = (bytes - 0x20 * kOnes) & ~bytes & kHighs;
    const std::uint64_t is_delete = bytes ^ (0x7f * kOnes);
    return below_space != 0 || ((is_delete - kOnes) & ~is_delete & kHighs) != 0;
}

bool valid_value(std::string_view value) {
    const auto eight = [value](std::size_t at) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, value.data() + at, 8);
        return bytes;
    };
    if (value.size() < 8) return all_of_class(value, 2);
    bool look_closer = may_have_control(eight(value.size() - 8));  // overlaps the one before
    for (std::size_t at = 0; at + 8 < value.size(); at += 8) look_closer = look_closer || may_have_control(eight(at));
    return !look_closer || all_of_class(value, 2);
}

constexpr HeadRefusal refuse(std::string_view reason, int status = 400) { return {status, reason}; }

// Takes one line off `rest`; the head is known to end with CRLF CRLF.
HeadRefusal take_line(std::string_view& rest, std::string_view& line) {
    const auto end = rest.find('\n');
    if (end == 0 || end == std::string_view::npos || rest[end - 1] != '\r')
        return refuse("a line does not end in CRLF");
    line = rest.substr(0, end - 1);
    rest.remove_prefix(end + 1);
    return {};
}

HeadRefusal parse_version(std::string_view text, int& minor) {
    if (!text.starts_with("HTTP/")) return refuse("malformed HTTP version");
    text.remove_prefix(5);
    if (text.size() != 3 || text[1] != '.' || text[0] < '0' || text[0] > '9' || text[2] < '0' || text[2] > '9')
        return refuse("malformed HTTP version");
    if (text[0] != '1') return refuse("HTTP version not supported", text[0] == '0' ? 400 : 505);
    minor = text[2] == '0' ? 0 : 1;
    return {};
}

// What framing and connection fields have said so far.
struct Findings {
    int hosts = 0;
    int lengths = 0;
    int encodings = 0;
    int content_types = 0;
    bool chunked = false;
    bool close = false;
    bool keep_alive = false;
    bool upgrade = false;
};

void note_connection(std::string_view value, Findings& found) {
    while (!value.empty()) {
        const auto comma = value.find(',');
        const auto option = without_blanks(value.substr(0, comma));
        if (equals_ignoring_case(option, "close")) found.close = true;
        if (equals_ignoring_case(option, "keep-alive")) found.keep_alive = true;
        if (comma == std::string_view::npos) break;
        value.remove_prefix(comma + 1);
    }
}

HeadRefusal note_length(std::string_view value, MessageHead& head) {
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, head.content_length);
    if (value.empty() || value.front() == '-' || error != std::errc() || stop != end || value.size() > 18)
        return refuse("malformed Content-Length");
    return {};
}

HeadRefusal note_field(const HeaderField& field, MessageHead& head, Findings& found) {
    switch (field.name.size()) {
        case 4:
            if (!equals_ignoring_case(field.name, "host")) break;
            ++found.hosts;
            if (!all_of_class(field.value, 8)) return refuse("malformed Host");
            break;
        case 10:
            if (equals_ignoring_case(field.name, "connection")) note_connection(field.value, found);
            break;
        case 12:
            if (equals_ignoring_case(field.name, "content-type")) ++found.content_types;
            break;
        case 14:
            if (equals_ignoring_case(field.name, "content-length")) {
                ++found.lengths;
                return note_length(field.value, head);
            }
            break;
        case 17:
            if (equals_ignoring_case(field.name, "transfer-encoding")) {
                ++found.encodings;
                found.chunked = equals_ignoring_case(field.value, "chunked");
            }
            break;
        default:
            break;
    }
    return {};
}

HeadRefusal parse_fields(std::string_view rest, std::size_t max_fields, MessageHead& head, Findings& found) {
    head.field_count = 0;
    head.name_bits = 0;
    const std::size_t limit = std::min(max_fields, kMaxHeadFields);
    while (true) {
        std::string_view line;
        if (const auto refusal = take_line(rest, line); refusal.status != 0) return refusal;
        if (line.empty()) return {};
        if (head.field_count == limit) return refuse("too many header fields", 431);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) return refuse("malformed header field");
        const HeaderField field{line.substr(0, colon), without_blanks(line.substr(colon + 1))};
        if (!all_of_class(field.name, 1)) return refuse("malformed header field name");
        if (!valid_value(field.value)) return refuse("malformed header field value");
        head.fields[head.field_count++] = field;
        head.name_bits |= MessageHead::name_bit(field.name);
        if (const auto refusal = note_field(field, head, found); refusal.status != 0) return refusal;
    }
}

// RFC 9112 6: exactly one framing is accepted.
HeadRefusal judge_framing(const Findings& found, MessageHead& head) {
    if (found.lengths > 1) return refuse("more than one Content-Length");
    if (found.encodings > 0) {
        if (found.encodings > 1 || !found.chunked) return refuse("Transfer-Encoding is not exactly chunked");
        if (found.lengths > 0) return refuse("both Content-Length and Transfer-Encoding");
        if (head.minor_version == 0) return refuse("Transfer-Encoding in HTTP/1.0");
        head.framing = Framing::chunked;
    } else {
        head.framing = found.lengths > 0 ? Framing::length : Framing::none;
    }
    head.keep_alive = !found.close && (head.minor_version == 1 || found.keep_alive);
    return {};
}

// origin-form, absolute-form (http and https), asterisk-form for OPTIONS, authority-form for CONNECT.
HeadRefusal parse_target(RequestHead& head) {
    std::string_view target = head.target;
    if (target.empty() || !all_of_class(target, 4)) return refuse("malformed request target");
    if (head.method == "CONNECT") {
        head.path = target;
        return target.find('/') == std::string_view::npos ? HeadRefusal{} : refuse("malformed CONNECT target");
    }
    if (target == "*") {
        head.path = target;
        return head.method == "OPTIONS" ? HeadRefusal{} : refuse("malformed request target");
    }
    if (target.front() != '/') {
        const std::size_t scheme = target.starts_with("http://") ? 7 : target.starts_with("https://") ? 8 : 0;
        if (scheme == 0 || target.size() == scheme) return refuse("malformed request target");
        const auto slash = target.find_first_of("/?", scheme);
        if (slash == scheme) return refuse("malformed request target");
        target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    const auto fragment = target.find('#');
    target = target.substr(0, fragment);
    const auto question = target.find('?');
    head.path = target.substr(0, question);
    head.query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    if (head.path.empty()) head.path = "/";
    return {};
}

HeadRefusal parse_request_line(std::string_view line, RequestHead& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return refuse("malformed request line");
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    if (head.method.empty() || !all_of_class(head.method, 1)) return refuse("malformed method");
    if (const auto refusal = parse_version(line.substr(last + 1), head.minor_version); refusal.status != 0)
        return refusal;
    return parse_target(head);
}

}  // namespace

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
    if (text.size() != lower_case.size()) return false;
    const auto same_eight = [text, lower_case](std::size_t at) {
        std::uint64_t one = 0, other = 0;
        std::memcpy(&one, text.data() + at, 8);
        std::memcpy(&other, lower_case.data() + at, 8);
        // A sum's high bit: the byte is 'a' or more, it is more than 'z'. Where `other` has a letter, 0x20 may differ.
        const std::uint64_t from_a = other + (0x80 - 'a') * kOnes, beyond_z = other + (0x7f - 'z') * kOnes;
        return ((one ^ other) & ~(((from_a ^ beyond_z) & kHighs) >> 2)) == 0;
    };
    if (text.size() >= 8) {
        bool same = same_eight(text.size() - 8);  // overlaps the one before
        for (std::size_t at = 0; at + 8 < text.size(); at += 8) same = same && same_eight(at);
        return same;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != lower_case[i]) return false;
    }
    return true;
}

std::string_view MessageHead::look_up(std::string_view lower_case_name) const {
    for (std::size_t i = 0; i < field_count; ++i) {
        if (equals_ignoring_case(fields[i].name, lower_case_name)) return fields[i].value;
    }
    return {};
}

bool is_field(std::string_view line) {
    const auto colon = line.find(':');
    return colon != std::string_view::npos && colon != 0 && all_of_class(line.substr(0, colon), 1) &&
           valid_value(without_blanks(line.substr(colon + 1)));
}

bool forbidden_in_trailer(std::string_view name) {
    static constexpr std::array<std::string_view, 13> kForbidden = {
        "authorization", "connection",         "content-length",      "cookie", "expect",  "host",
        "keep-alive",    "proxy-authenticate", "proxy-authorization", "te",     "trailer", "transfer-encoding",
        "x-api-key"};
    return std::any_of(kForbidden.begin(), kForbidden.end(),
                       [name](std::string_view forbidden) { return equals_ignoring_case(name, forbidden); });
}

std::size_t find_head_end(std::string_view bytes, std::size_t from) {
    std::size_t at = from > 3 ? from - 3 : 0;
    while (at + 4 <= bytes.size()) {  // line by line: memchr is far quicker than memmem here
        const void* const found = std::memchr(bytes.data() + at, '\r', bytes.size() - at);
        if (found == nullptr) return 0;
        at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (bytes.substr(at, 4) == "\r\n\r\n") return at + 4;
        ++at;
    }
    return 0;
}

HeadRefusal judge_incomplete_head(std::string_view bytes, std::size_t from) {
    for (std::size_t i = from > 0 ? from - 1 : 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (c == '\n' && (i == 0 || bytes[i - 1] != '\r')) return refuse("a line does not end in CRLF");
        if (c == '\0') return refuse("NUL in the head");
        if (c == '\r' && i + 1 < bytes.size() && bytes[i + 1] != '\n') return refuse("bare CR in the head");
    }
    return {};
}

HeadRefusal parse_request_head(std::string_view bytes, std::size_t max_fields, RequestHead& head) {
    head.head_bytes = bytes.size();
    head.content_length = 0;
    head.framing = Framing::none;
    std::string_view rest = bytes;
    std::string_view line;
    if (const auto refusal = take_line(rest, line); refusal.status != 0) return refusal;
    if (const auto refusal = parse_request_line(line, head); refusal.status != 0) return refusal;
    Findings found;
    if (const auto refusal = parse_fields(rest, max_fields, head, found); refusal.status != 0) return refusal;
    if (const auto refusal = judge_framing(found, head); refusal.status != 0) return refusal;
    if (found.hosts > 1 || (found.hosts == 0 && head.minor_version == 1)) return refuse("exactly one Host is needed");
    if (found.content_types > 1) return refuse("more than one Content-Type");
    head.expect_continue = head.minor_version == 1 && equals_ignoring_case(head.field("expect"), "100-continue");
    return {};
}

HeadRefusal parse_response_head(std::string_view bytes, std::size_t max_fields, bool request_was_head,
                                ResponseHead& head) {
    head.head_bytes = bytes.size();
    head.content_length = 0;
    head.framing = Framing::none;
    std::string_view rest = bytes;
    std::string_view line;
    if (const auto refusal = take_line(rest, line); refusal.status != 0) return refusal;
    const auto space = line.find(' ');
    if (const auto refusal = parse_version(line.substr(0, space), head.minor_version); refusal.status != 0)
        return refusal;
    const std::size_t code_end = space + 4;
    if (space == std::string_view::npos || line.size() < code_end || (line.size() > code_end && line[code_end] != ' '))
        return refuse("malformed status line");
    const std::string_view code = line.substr(space + 1, 3);
    const auto [stop, error] = std::from_chars(code.data(), code.data() + 3, head.status);
    if (error != std::errc() || stop != code.data() + 3 || head.status < 100 || head.status > 599)
        return refuse("malformed status line");
    Findings found;
    if (const auto refusal = parse_fields(rest, max_fields, head, found); refusal.status != 0) return refusal;
    if (const auto refusal = judge_framing(found, head); refusal.status != 0) return refusal;
    if (head.framing == Framing::none) {
        head.framing = Framing::until_close;
        head.keep_alive = false;
    }
    if (request_was_head || head.status < 200 || head.status == 204 || head.status == 304) {
        if (head.framing == Framing::until_close) head.keep_alive = !found.close && head.minor_version == 1;
        head.framing = Framing::none;
    }
    return {};
}

}  // namespace tollgate::wire
