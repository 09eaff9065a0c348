#include "gateway/client/page_fields.h"

#include <algorithm>

#include "accounting/accounts/session.h"
#include "gateway/oidc/begun_sign_ins.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostSecretBytes = 200;

// The value of the first cookie of that name in the line (RFC 6265, 5.4).
std::string_view cookie_in(std::string_view line, std::string_view name) {
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(';'), line.size());
        const std::string_view pair = without_blanks(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
            return pair.substr(name.size() + 1);
        }
    }
    return {};
}

std::string_view cookie_of(const wire::RequestHead& from, std::string_view name) {
    for (std::size_t i = 0; i < from.field_count; ++i) {
        const wire::HeaderField& field = from.fields[i];
        if (!wire::equals_ignoring_case(field.name, "cookie")) continue;
        if (const std::string_view value = cookie_in(field.value, name); !value.empty()) return value;
    }
    return {};
}

// Where a browser says which site's page calls, that counts; older ones say only the page's origin.
bool is_of_this_origin(const wire::RequestHead& from, std::string_view origin) {
    if (const std::string_view site = from.field("sec-fetch-site"); !site.empty()) return site == "same-origin";
    return !origin.empty() && from.field("origin") == origin;
}

bool has_body(const wire::RequestHead& from) {
    return from.framing == wire::Framing::chunked || (from.framing == wire::Framing::length && from.content_length > 0);
}

// A form can send none of this type.
bool is_json(const wire::RequestHead& from) {
    std::string_view type = from.field("content-type");
    type = without_blanks(type.substr(0, type.find(';')));
    return wire::equals_ignoring_case(type, "application/json");
}

bool takes_sessions(const Operation& operation) {
    return operation.path.starts_with("/api/") && !operation.path.starts_with("/api/v1/");
}

// A browser is sent there and comes back, whether it has a session or not.
bool leads_to_provider(const Operation& operation) { return operation.path.starts_with("/api/sign-in/"); }

bool changes(const Operation& operation) { return operation.method != "GET" && operation.method != "OPTIONS"; }

}  // namespace

std::shared_ptr<const PageFields> page_fields(const wire::RequestHead& from, const Operation& operation,
                                              std::string_view origin) {
    if (!takes_sessions(operation)) return nullptr;
    const std::string_view secret = cookie_of(from, kSessionCookie);
    const bool signs_in =
        operation.guard.lets_anybody() && (operation.guard.kind == Guard::Kind::page || leads_to_provider(operation));
    if (secret.empty() && !signs_in) return nullptr;
    auto page = std::make_shared<PageFields>();
    if (!secret.empty() && secret.size() <= kMostSecretBytes) page->session = digest_key(secret);
    page->of_this_origin = is_of_this_origin(from, origin);
    page->json = !has_body(from) || is_json(from);
    page->as_operator = from.field("x-tollgate-as") == "operator";
    if (leads_to_provider(operation)) page->sign_in_browser = cookie_of(from, oidc::kBrowserCookie);
    const std::string_view agent = from.field("user-agent");
    page->agent = agent.substr(0, kMostAgentBytes);
    // A cut must not leave half a character, nor may what is none of the printable ones reach a list that people read.
    std::erase_if(page->agent, [](char c) { return c < ' ' || c > '~'; });
    return page;
}

Error check_origin(const PageFields* page, const Operation& operation, bool is_signed_by_key) {
    if (page == nullptr || !changes(operation)) return {};
    if (is_signed_by_key && operation.guard.kind != Guard::Kind::page) return {};
    if (!page->of_this_origin) {
        return {ErrorKind::cross_site, "such a call must come from a page of this gateway, at accounts.public_url"};
    }
    if (!page->json) return {ErrorKind::cross_site, "the body of such a call must be application/json"};
    return {};
}

}  // namespace tollgate
