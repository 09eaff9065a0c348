// Where a browser is sent to sign in (OpenID Connect Core 1.0, section 3.1.2.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/oidc/begun_sign_ins.h"

namespace tollgate::oidc {

struct AuthorizationRequest {
    std::string_view endpoint, client_id, redirect_uri;
    const std::vector<std::string>& scopes;  // beside openid
    const BegunSignIns::Beginning& beginning;
    bool anew = false;  // the provider asks the person who he is, though it may know him already
};
std::string url_of(const AuthorizationRequest& request);

// As it stands in a query or in a form (RFC 6749, appendix B): what is not unreserved is escaped.
std::string escaped(std::string_view text);

}  // namespace tollgate::oidc
