#include "gateway/api/api.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace tollgate {

ApiAnswer api_error(const Status& status) {
    switch (status.code()) {
        case StatusCode::not_found:
        case StatusCode::expired:
            return api_error(ErrorKind::not_found, status.message());
        case StatusCode::already_exists:
            return api_error(ErrorKind::conflict, status.message());
        case StatusCode::invalid:
            return api_error(ErrorKind::invalid_request, status.message());
        case StatusCode::full:
            return api_error(ErrorKind::invalid_request, status.message());
        default:
            return api_error(ErrorKind::store_unavailable, "the store cannot be used now: " + status.message());
    }
}

std::string_view take_segment(std::string_view& path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

void JsonText::separate() {
    if (!first_ && !after_key_) out_ += ',';
    first_ = after_key_ = false;
}

JsonText& JsonText::open(char bracket) {
    separate();
    out_ += bracket;
    closers_ += bracket == '{' ? '}' : ']';
    first_ = true;
    return *this;
}

JsonText& JsonText::end() {
    out_ += closers_.back();
    closers_.pop_back();
    first_ = false;
    return *this;
}

JsonText& JsonText::key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += ':';
    after_key_ = true;
    return *this;
}

JsonText& JsonText::text(std::string_view value) {
    separate();
    append_json_string(out_, value);
    return *this;
}

JsonText& JsonText::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

JsonText& JsonText::time(std::int64_t unix_ms) { return unix_ms == 0 ? null() : text(rfc3339(unix_ms)); }

ApiAnswer json_answer(JsonText& json, int status) {
    ApiAnswer answer;
    answer.status = status;
    answer.body = json.take();
    return answer;
}

std::string rfc3339(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(unix_ms % 1000));
    return text;
}

std::optional<std::int64_t> parse_rfc3339(const std::string& text) {
    std::tm parts{};
    const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr) return std::nullopt;
    std::string_view rest(end);
    if (rest.starts_with('.')) rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of("0123456789", 1)));
    if (rest != "Z" && rest != "+00:00") return std::nullopt;
    return static_cast<std::int64_t>(::timegm(&parts)) * 1000;
}

}  // namespace tollgate
