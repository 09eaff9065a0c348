// What a person is in an organization, and what a personal token may be used for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.h"

namespace tollgate {

// In order: whoever is more may not be changed by whoever is less.
enum class Role : std::uint8_t { none, member, admin, owner };
std::string_view to_string(Role role);
// "developer" is another name of member; "none" is no role to be given. False, and `role` unchanged: it is none of
// them.
bool parse(std::string_view text, Role& role);

enum class Scope : std::uint8_t {
    infer,
    profile,
    organizations_write,  // create them
    organization_read,
    organization_write,
    members_write,
    keys_read,
    keys_write,
    billing_read,
    billing_write,
    activity_read,
    git_attribute,  // of service keys alone: bill the organization that has claimed a request's Git organization
    everything,     // all of them, and what has no scope of its own
    always,         // every token has it
};
inline constexpr std::size_t kGivenScopes = static_cast<std::size_t>(Scope::everything) + 1;
std::string_view to_string(Scope scope);  // "keys:read"; "*" is everything

class ScopeSet {
  public:
    constexpr ScopeSet() = default;
    static constexpr ScopeSet of(Scope scope) {
        ScopeSet set;
        set.bits_ = bit(scope);
        return set;
    }

    constexpr bool contains(Scope scope) const {
        return scope == Scope::always || (bits_ & (bit(scope) | bit(Scope::everything))) != 0;
    }
    // Whether it contains all that the other one does.
    constexpr bool covers(ScopeSet other) const { return contains(Scope::everything) || (other.bits_ & ~bits_) == 0; }
    constexpr ScopeSet& operator|=(ScopeSet other) {
        bits_ = static_cast<std::uint16_t>(bits_ | other.bits_);
        return *this;
    }
    std::vector<std::string> names() const;
    bool operator==(const ScopeSet&) const = default;

  private:
    static constexpr std::uint16_t bit(Scope scope) {
        return static_cast<std::uint16_t>(1U << static_cast<unsigned>(scope));
    }
    std::uint16_t bits_ = 0;
};

// invalid: names the one that is no scope of a personal token, or of a service key.
Result<ScopeSet> parse_token_scopes(const std::vector<std::string>& names);
Result<ScopeSet> parse_service_scopes(const std::vector<std::string>& names);

}  // namespace tollgate
