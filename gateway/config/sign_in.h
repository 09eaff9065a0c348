// Signing in at identity providers: which there are, and what is believed of each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/role.h"
#include "gateway/config/option_record.h"
#include "gateway/oidc/signature.h"

namespace tollgate {

struct Config;
class Section;

// Who is in a group of the provider is in an organization.
struct GroupMapping {
    std::string group = {};         // as the provider names it
    std::string organization = {};  // slug or id
    Role role = Role::member;
    bool operator==(const GroupMapping&) const = default;
};

struct IdentityProviderConfig {
    std::string id = {};      // in addresses: letters, digits and hyphens
    std::string name = {};    // shown
    std::string issuer = {};  // as its tokens name it
    std::string client_id = {};
    std::string client_secret = {};       // secret: never logged; empty: a public client
    std::string client_secret_file = {};  // in its place
    std::vector<std::string> scopes = {"email", "profile"};
    std::vector<std::string> algorithms = {"RS256"};  // names of oidc::SignatureAlgorithm
    bool trust_email = false;                         // its addresses are its people's, whatever it says of them
    bool create_people = false;
    std::vector<std::string> email_domains = {};  // of those that are made; empty: any
    std::string groups_claim = {};                // empty: it tells no groups
    std::vector<GroupMapping> groups = {};
    std::string tls_ca_file = {};  // empty: the system's trust store
    bool operator==(const IdentityProviderConfig&) const = default;
};

inline constexpr std::size_t kMostIdentityProviders = 20;
inline constexpr std::size_t kMostGroupMappings = 1000;  // of one

struct SignInConfig {
    std::vector<IdentityProviderConfig> providers = {};
    std::vector<std::string> allowed_networks = {};  // beside public addresses: where providers may be
    std::uint32_t timeout_ms = 5000;                 // of each call of a provider
};

// The section's options. `sign_in` must outlive it, and `records`, which gets those of each provider as they are read.
void describe_sign_in(Section& section, SignInConfig& sign_in, std::vector<OptionRecord>& records);

// What is wrong between this and the other sections, or nothing.
std::string wrong_with_sign_in(const Config& config);

// Whether everybody in the world may have an account at the issuer, or a tenant of his own: what it says of an address
// is then not what the owner of the address says.
bool is_shared_issuer(std::string_view issuer);

}  // namespace tollgate
