// ID tokens (OpenID Connect Core 1.0, sections 2 and 3.1.3.7): a signed statement of an identity provider that somebody
// has just signed in there, for us. Nothing in a token is believed before its signature holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/oidc/claims.h"
#include "gateway/oidc/key_set.h"
#include "gateway/oidc/signature.h"

namespace tollgate::oidc {

inline constexpr std::size_t kMostTokenBytes = 256 << 10;  // groups make them long
inline constexpr std::int64_t kClockSkewSeconds = 60;
inline constexpr std::int64_t kMostTokenAgeSeconds = 3600;  // since it was made

// Why a token is refused, in the order in which it is looked at.
enum class TokenFault : std::uint8_t {
    too_large,
    malformed,           // not three parts of base64url, or not JSON where that must be
    algorithm_refused,   // "none", an HMAC, or none that the provider is configured with
    critical_extension,  // "crit": it must be refused by who does not know the extension, and we know none
    embedded_key,        // it brings the key that it wants to be checked with
    unknown_key,         // the provider has published none of that id and kind; a newer set may have it
    ambiguous_key,       // it has published several that would do
    wrong_signature,
    wrong_issuer,
    wrong_audience,  // it is not for us
    wrong_party,     // it was made for another party (azp), or does not say for which of several
    expired,
    not_yet_valid,
    wrong_age,  // it was made in the future, too long ago, or does not say when
    wrong_nonce,
    old_sign_in,   // its person was asked who he is before that was demanded, or it does not say when
    wrong_claims,  // such as no subject
};
inline constexpr std::size_t kTokenFaults = static_cast<std::size_t>(TokenFault::wrong_claims) + 1;
std::string_view to_string(TokenFault fault);  // "wrong_audience"

// What a token must be.
struct TokenRules {
    std::string issuer;
    std::string client_id;
    std::vector<SignatureAlgorithm> algorithms;  // that the provider signs with; the token chooses among these alone
    std::string nonce;                           // of the sign-in; never empty
    std::string groups_claim = {};               // as read_claims() takes it
    std::int64_t now_s = 0;                      // Unix time
    std::int64_t signed_in_since_s = 0;          // the same, that auth_time must not be before; 0: any
};

std::expected<Claims, TokenFault> verify_id_token(std::string_view token, const TokenRules& rules, const KeySet& keys);

}  // namespace tollgate::oidc
