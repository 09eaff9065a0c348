#include "gateway/api/dashboard.h"

#include <algorithm>

#include "gateway/dashboard/embedded_file.h"
#include "gateway/text/ascii.h"
#include "gateway/wire/http_head.h"

namespace tollgate {
namespace {

constexpr std::string_view kIndex = "index.html";

// Nothing but this origin, no inline script or style, no frame around it, and no text that becomes HTML or script.
constexpr std::string_view kPageFields =
    "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'\r\n"
    "cross-origin-opener-policy: same-origin\r\n"
    "permissions-policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n";
constexpr std::string_view kFileFields =
    "x-content-type-options: nosniff\r\n"
    "referrer-policy: no-referrer\r\n"
    "cross-origin-resource-policy: same-origin\r\n"
    "vary: accept-encoding\r\n";

// The next part of a list, taken off its front.
std::string_view take(std::string_view& list, char separator) {
    const std::size_t end = std::min(list.find(separator), list.size());
    const std::string_view part = list.substr(0, end);
    list.remove_prefix(std::min(list.size(), end + 1));
    return without_blanks(part);
}

// "gzip;q=0" is what is not to be sent.
bool is_refused(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view parameter = take(parameters, ';');
        if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
        return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
    }
    return false;
}

// Weak or strong, one of a list, or any.
bool names_tag(std::string_view if_none_match, std::string_view etag) {
    while (!if_none_match.empty()) {
        std::string_view tag = take(if_none_match, ',');
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag == etag || tag == "*") return true;
    }
    return false;
}

ApiAnswer answer_file(const EmbeddedFile& file, const ApiRequest& request) {
    ApiAnswer answer;
    answer.content_type = file.content_type;
    answer.headers.append("etag: ").append(file.etag).append("\r\ncache-control: ");
    answer.headers += file.immutable ? "public, max-age=31536000, immutable\r\n" : "no-cache\r\n";
    answer.headers += kFileFields;
    if (file.name == kIndex) answer.headers += kPageFields;
    if (names_tag(request.if_none_match, file.etag)) {
        answer.status = 304;
        return answer;
    }
    std::string_view bytes = file.plain;
    switch (choose_coding(request.accept_encoding)) {
        case FileCoding::brotli:
            bytes = file.brotli;
            answer.headers += "content-encoding: br\r\n";
            break;
        case FileCoding::gzip:
            bytes = file.gzip;
            answer.headers += "content-encoding: gzip\r\n";
            break;
        case FileCoding::identity:
            break;
    }
    answer.body = bytes;
    return answer;
}

ApiAnswer answer_named(std::string_view name, const ApiRequest& request) {
    const auto files = dashboard_files();
    const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
    // Such as a page asks for that is older than this version.
    if (found == files.end()) return api_error(ErrorKind::not_found, "there is no such file of the dashboard");
    return answer_file(*found, request);
}

}  // namespace

FileCoding choose_coding(std::string_view accept_encoding) {
    FileCoding best = FileCoding::identity;
    while (!accept_encoding.empty()) {
        std::string_view parameters = take(accept_encoding, ',');
        const std::string_view coding = take(parameters, ';');
        if (is_refused(parameters)) continue;
        if (wire::equals_ignoring_case(coding, "br")) return FileCoding::brotli;
        if (wire::equals_ignoring_case(coding, "gzip")) best = FileCoding::gzip;
    }
    return best;
}

ApiAnswer show_dashboard(Call& call) { return answer_named(kIndex, call.request); }

ApiAnswer show_dashboard_file(Call& call) {
    const std::string_view name = call.path("file");
    if (name == kIndex) return api_error(ErrorKind::not_found, "the page is at /");
    return answer_named(name, call.request);
}

}  // namespace tollgate
