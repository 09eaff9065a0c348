#include "gateway/config/sign_in.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/config/config.h"
#include "gateway/config/names.h"
#include "gateway/config/section.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostIdBytes = 40;

// Of whom everybody may be a customer. Microsoft's have a tenant's name or id behind the host; these are for all.
constexpr std::array<std::string_view, 10> kSharedHosts = {
    "accounts.google.com", "appleid.apple.com",   "gitlab.com",     "www.facebook.com",     "www.linkedin.com",
    "www.paypal.com",      "api.login.yahoo.com", "access.line.me", "login.salesforce.com", "kauth.kakao.com"};
constexpr std::array<std::string_view, 2> kMicrosoftHosts = {"login.microsoftonline.com", "sts.windows.net"};
constexpr std::array<std::string_view, 4> kMicrosoftForAll = {"common", "organizations", "consumers",
                                                              "9188040d-6c67-4c5b-b112-36a304b66dad"};

std::string wrong_with_id(const std::string& id) {
    const bool good = !id.empty() && id.size() <= kMostIdBytes && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    return good ? "" : "needs an id of small letters, digits and hyphens";
}

std::string wrong_with_issuer(const std::string& issuer) {
    const bool web = issuer.starts_with("https://") || issuer.starts_with("http://");
    const bool bare = issuer.find_first_of("?# \t\r\n@\\") == std::string::npos;
    return web && bare ? "" : "must be an address like https://id.example.com/realms/acme";
}

std::string wrong_with_algorithm(const std::string& name) {
    oidc::SignatureAlgorithm algorithm{};
    return parse(name, algorithm) ? "" : "must be RS256, PS256, ES256 or EdDSA";
}

std::string wrong_with_scope(const std::string& text) {  // RFC 6749, section 3.3
    const bool good = !text.empty() &&
                      std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
    return good ? "" : "is no scope";
}

void describe_mapping(Section& section, GroupMapping& mapping) {
    section.text("group", mapping.group, "");
    section.text("organization", mapping.organization, "");
    section.one_of<Role>("role", mapping.role,
                         {{"member", Role::member}, {"admin", Role::admin}, {"owner", Role::owner}}, "");
    section.check([&mapping]() -> std::string {
        return mapping.group.empty() || mapping.organization.empty() ? "a group needs group and organization" : "";
    });
}

void read_groups(const YAML::Node& node, std::vector<GroupMapping>& groups) {
    if (!node.IsSequence()) throw ConfigProblem{line_of(node), "groups must be a list"};
    if (node.size() > kMostGroupMappings) throw ConfigProblem{line_of(node), "groups are too many"};
    for (const auto& entry : node) {
        GroupMapping mapping;
        Section section("a group");
        describe_mapping(section, mapping);
        section.read(entry);
        groups.push_back(std::move(mapping));
    }
}

std::string mapped_groups(const std::vector<GroupMapping>& groups) {
    std::string lines;
    for (const GroupMapping& one : groups) {
        lines += "{group: " + one.group + ", organization: " + one.organization +
                 ", role: " + std::string(to_string(one.role)) + "}\n";
    }
    return lines;
}

void describe_provider(Section& section, IdentityProviderConfig& provider) {
    section.text("id", provider.id, "in addresses; the callback is <public_url>/api/sign-in/<id>/callback",
                 {"keycloak"});
    section.text("name", provider.name, "shown on the button", {"Company account"});
    section.text("issuer", provider.issuer, "exactly as its tokens name it", {"https://id.example.com/realms/acme"});
    section.text("client_id", provider.client_id, "", {"tollgate"});
    section.secret("client_secret", provider.client_secret, "none: a public client", {"${OIDC_CLIENT_SECRET:-}"});
    section.text("client_secret_file", provider.client_secret_file, "in its place, relative to this file",
                 {"oidc.secret", true});
    section.texts("scopes", provider.scopes, "beside openid", "", wrong_with_scope);
    section.texts("algorithms", provider.algorithms, "that it signs ID tokens with: RS256, PS256, ES256, EdDSA", "",
                  wrong_with_algorithm);
    section.flag("trust_email", provider.trust_email,
                 "its people's addresses are theirs, though it does not say email_verified; of an issuer that is one "
                 "tenant's alone");
    section.flag("create_people", provider.create_people,
                 "who has no account is given one; false: somebody must have made it");
    section.texts("email_domains", provider.email_domains, "of whom an account is made; [] for any", "example.com",
                  wrong_with_domain);
    section.text("groups_claim", provider.groups_claim, "the claim with a person's groups, such as groups",
                 {"groups", true});
    section.nested(
        "groups", "whose members are in an organization (slug or id), with a role, as long as they are in the group",
        [&provider](const YAML::Node& node) { read_groups(node, provider.groups); },
        "        # - {group: gateway-admins, organization: acme, role: admin}\n",
        [&provider] { return mapped_groups(provider.groups); });
    section.text("tls_ca_file", provider.tls_ca_file, "instead of the system's trust store", {"ca.pem", true});
}

std::string wrong_with_provider(const IdentityProviderConfig& provider) {
    if (std::string wrong = wrong_with_id(provider.id); !wrong.empty()) return "an identity provider " + wrong;
    const std::string of = "identity provider " + provider.id + ": ";
    if (std::string wrong = wrong_with_issuer(provider.issuer); !wrong.empty()) return of + "issuer " + wrong;
    if (provider.client_id.empty()) return of + "needs client_id";
    if (!provider.client_secret.empty() && !provider.client_secret_file.empty()) {
        return of + "client_secret and client_secret_file are one or the other";
    }
    if (provider.algorithms.empty()) return of + "algorithms must name one at least";
    const bool shared = is_shared_issuer(provider.issuer);
    if (shared && provider.trust_email) return of + "trust_email needs an issuer that is one tenant's alone";
    if (shared && provider.create_people && provider.email_domains.empty()) {
        return of + "create_people needs email_domains, as everybody may have an account there";
    }
    if (!provider.groups.empty() && provider.groups_claim.empty()) return of + "groups need groups_claim";
    return {};
}

void read_provider(const YAML::Node& node, SignInConfig& sign_in, std::vector<OptionRecord>& records) {
    IdentityProviderConfig provider;
    Section section("an identity provider");
    describe_provider(section, provider);
    section.check([&]() -> std::string {
        if (std::string wrong = wrong_with_provider(provider); !wrong.empty()) return wrong;
        if (sign_in.providers.size() == kMostIdentityProviders) return "there are too many identity providers";
        const bool known = std::ranges::any_of(
            sign_in.providers, [&](const IdentityProviderConfig& other) { return other.id == provider.id; });
        return known ? "identity provider " + provider.id + " stands twice" : "";
    });
    section.read(node);
    if (provider.name.empty()) provider.name = provider.id;
    section.record("sign_in.providers." + provider.id + ".", records);
    sign_in.providers.push_back(std::move(provider));
}

std::string commented_out(const std::string& lines) {
    constexpr std::string_view kIndent = "    ";
    std::string out;
    for (std::size_t at = 0; at < lines.size();) {
        const auto end = lines.find('\n', at) + 1;
        out.append(kIndent).append("# ").append(lines, at + kIndent.size(), end - at - kIndent.size());
        at = end;
    }
    return out;
}

std::string example_provider() {
    IdentityProviderConfig provider;
    Section section("an identity provider");
    describe_provider(section, provider);
    return section.example("    - ", "      ");
}

}  // namespace

bool is_shared_issuer(std::string_view issuer) {
    issuer.remove_prefix(std::min(issuer.find("://"), issuer.size()));
    issuer.remove_prefix(std::min<std::size_t>(issuer.size(), 3));
    const auto slash = std::min(issuer.find('/'), issuer.size());
    const std::string host = ascii_lower(std::string(issuer.substr(0, slash)));
    if (std::ranges::find(kSharedHosts, host) != kSharedHosts.end()) return true;
    if (std::ranges::find(kMicrosoftHosts, host) == kMicrosoftHosts.end()) return false;
    std::string tenant = ascii_lower(std::string(issuer.substr(std::min(slash + 1, issuer.size()))));
    tenant.resize(std::min(tenant.find('/'), tenant.size()));
    return tenant.empty() || std::ranges::find(kMicrosoftForAll, tenant) != kMicrosoftForAll.end();
}

void describe_sign_in(Section& section, SignInConfig& sign_in, std::vector<OptionRecord>& records) {
    section.nested(
        "providers", "identity providers of OpenID Connect; see docs/single_sign_on.md",
        [&sign_in, &records](const YAML::Node& node) {
            if (!node.IsSequence()) throw ConfigProblem{line_of(node), "providers must be a list"};
            for (const auto& entry : node) read_provider(entry, sign_in, records);
        },
        commented_out(example_provider()));
    section.texts("allowed_networks", sign_in.allowed_networks,
                  "networks beside public addresses that providers may be in; http only there", "10.0.0.0/8",
                  wrong_with_network);
    section.number("timeout_ms", sign_in.timeout_ms, {100, 30000}, "of each call of a provider");
}

std::string wrong_with_sign_in(const Config& config) {
    if (!config.sign_in.providers.empty() && config.accounts.public_url.empty()) {
        return "sign_in.providers need accounts.public_url: people are sent back there";
    }
    return {};
}

}  // namespace tollgate
