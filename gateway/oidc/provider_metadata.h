// What an identity provider publishes of itself (OpenID Connect Discovery 1.0, section 3): where its endpoints are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate::oidc {

inline constexpr std::size_t kMostMetadataBytes = 256 << 10;
inline constexpr std::string_view kDiscoveryPath = "/.well-known/openid-configuration";

struct ProviderMetadata {
    std::string authorization_endpoint = {};  // of the browser
    std::string token_endpoint = {}, jwks_uri = {};
    std::string userinfo_endpoint = {};  // empty: it has none
    // Each answer to a browser names its issuer, and one without it is somebody else's (RFC 9207).
    bool names_issuer = false;
    bool takes_secret_in_body = false;  // and not in the Authorization header, as by default
};

// Of the provider that the configuration names by `issuer`; another one's is refused (section 4.3). Its endpoints are
// https, unless the issuer is not. invalid: says what is wrong, in words that hold nothing of the document.
Result<ProviderMetadata> read_provider_metadata(std::string_view json, std::string_view issuer);

}  // namespace tollgate::oidc
