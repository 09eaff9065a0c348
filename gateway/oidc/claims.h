// What an identity provider says of a person, in an ID token or as its UserInfo reply (OpenID Connect Core 1.0,
// sections 5.1 and 5.3.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.h"

namespace tollgate::oidc {

inline constexpr std::size_t kMostSubjectBytes = 255;  // section 2
inline constexpr std::size_t kMostGroups = 1000;
inline constexpr std::size_t kMostGroupBytes = 256;
inline constexpr std::size_t kMostClaimsBytes = 256 << 10;  // of the object that they stand in

struct Claims {
    std::string subject = {};
    std::string email = {};       // as it was said; empty: it was not, or is of no use
    bool email_verified = false;  // it is exactly true: neither "true" nor 1
    std::string name = {};        // empty: none
    // Nothing: the provider says that there are groups, but not which (there are too many).
    std::optional<std::vector<std::string>> groups = std::vector<std::string>();
};

// The claims of a JSON object. `groups_claim` names the one with the groups: a list of texts, or one text. A name with
// dots is looked for as it is, then as a path ("realm_access.roles"); empty: there are no groups. invalid: it is no
// object, or has no subject that could be one.
Result<Claims> read_claims(std::string_view json, std::string_view groups_claim);

}  // namespace tollgate::oidc
