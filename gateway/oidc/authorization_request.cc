#include "gateway/oidc/authorization_request.h"

#include <algorithm>

#include "gateway/text/ascii.h"

namespace tollgate::oidc {
namespace {

std::string scope_of(const std::vector<std::string>& scopes) {
    std::string scope = "openid";
    for (const std::string& one : scopes) {
        if (one != "openid") scope.append(" ").append(one);
    }
    return scope;
}

}  // namespace

std::string escaped(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_ascii_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        ((out += '%') += kDigits[byte >> 4]) += kDigits[byte & 15];
    }
    return out;
}

std::string url_of(const AuthorizationRequest& request) {
    const bool has_query = request.endpoint.find('?') != std::string_view::npos;
    std::string url = std::string(request.endpoint) + (has_query ? "&" : "?") + "response_type=code";
    const auto add = [&url](std::string_view name, std::string_view value) {
        url.append("&").append(name).append("=").append(escaped(value));
    };
    add("client_id", request.client_id);
    add("redirect_uri", request.redirect_uri);
    add("scope", scope_of(request.scopes));
    add("state", request.beginning.state);
    add("nonce", request.beginning.nonce);
    add("code_challenge", request.beginning.code_challenge);
    add("code_challenge_method", "S256");
    if (request.anew) {
        add("prompt", "login");
        add("max_age", "0");  // for it the token must say when he was asked: auth_time
    }
    return url;
}

}  // namespace tollgate::oidc
