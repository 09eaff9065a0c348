// This gateway as browsers and authenticators know it: by the address that people reach it at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::webauthn {

struct RelyingParty {
    std::string id;      // the host of public_url; passkeys are bound to it
    std::string origin;  // with scheme and port, as browsers write it
    bool operator==(const RelyingParty&) const = default;
};

// None where no browser has passkeys: a host that is an address, has an empty label or is spelt in other characters
// than ASCII's; and plain HTTP, but for localhost.
std::optional<RelyingParty> relying_party_of(std::string_view public_url);

}  // namespace tollgate::webauthn
