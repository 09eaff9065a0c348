// What a caller may do: one table from permission to the kinds of caller that have it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "accounting/accounts/caller.h"
#include "accounting/money/ids.h"

namespace tollgate {

enum class Permission : std::uint8_t {
    infer,
    see_own_key,           // the key that was presented, its credit, its requests
    see_activity,          // of the organization
    see_billing,           // balance, lots, transactions
    see_audit,             // who changed what in the organization
    see_settings,          // organization, projects, keys, limits, policies
    manage_organizations,  // create them
    manage_projects,
    manage_keys,
    manage_limits,
    manage_settings,  // LLM default, retention, credit policy
    move_credit,      // grants, purchases, refunds, transfers, adjustments
};
inline constexpr std::size_t kPermissionCount = 12;
std::string_view to_string(Permission permission);

bool has_permission(CallerKind caller, Permission permission);
inline bool has_permission(const Caller& caller, Permission permission) {
    return has_permission(caller.kind, permission);
}

enum class Access : std::uint8_t {
    granted,
    denied,                // the kind of caller may not
    unknown_organization,  // it may, but in its own organization only: another one is as unknown as one that never was
};
// For something that belongs to an organization. Whether the organization exists is the caller's to look up.
Access access_to(const Id128& organization, const Caller& caller, Permission permission);

// Why it was denied, for the error message.
std::string_view denial(Permission permission);

}  // namespace tollgate
