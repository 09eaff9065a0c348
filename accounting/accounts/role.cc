#include "accounting/accounts/role.h"

#include <array>

#include "accounting/money/enum_names.h"

namespace tollgate {
namespace {

// In the order of the values.
constexpr std::array<std::string_view, 4> kRoles = {"none", "member", "admin", "owner"};
constexpr std::array<std::string_view, kGivenScopes> kScopes = {
    "infer",     "profile",    "organizations:write", "organization:read", "organization:write", "members:write",
    "keys:read", "keys:write", "billing:read",        "billing:write",     "activity:read",      "git:attribute",
    "*"};

Result<ScopeSet> parse_scopes(const std::vector<std::string>& names, const std::string& whose, bool (*admits)(Scope)) {
    ScopeSet set;
    for (const std::string& name : names) {
        Scope scope{};
        if (!parse_name(kScopes, name, scope) || !admits(scope)) {
            return failure(StatusCode::invalid, "scopes: '" + name + "' is no scope of " + whose);
        }
        set |= ScopeSet::of(scope);
    }
    return set;
}

}  // namespace

std::string_view to_string(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }

bool parse(std::string_view text, Role& role) {
    if (text == "developer") text = "member";
    return text != kRoles.front() && parse_name(kRoles, text, role);  // "none" is given to nobody
}

std::string_view to_string(Scope scope) {
    return scope == Scope::always ? std::string_view("always") : kScopes.at(static_cast<std::size_t>(scope));
}

std::vector<std::string> ScopeSet::names() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kScopes.size(); ++i) {
        if ((bits_ & bit(static_cast<Scope>(i))) != 0) names.emplace_back(kScopes[i]);
    }
    return names;
}

Result<ScopeSet> parse_token_scopes(const std::vector<std::string>& names) {
    return parse_scopes(names, "a personal token", [](Scope scope) { return scope != Scope::git_attribute; });
}

Result<ScopeSet> parse_service_scopes(const std::vector<std::string>& names) {
    return parse_scopes(names, "a service key", [](Scope scope) { return scope == Scope::git_attribute; });
}

}  // namespace tollgate
