// What a caller may do: one table from permission to the roles and kinds of caller that have it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "accounting/accounts/caller.h"
#include "accounting/accounts/role.h"
#include "accounting/money/ids.h"
#include "store/status.h"

namespace tollgate {

class Directory;

enum class Permission : std::uint8_t {
    infer,
    see_own_key,         // the key that was presented
    see_own_credits,     // of the organization that it is bound to
    see_own_generation,  // requests that were made with the key; and those that see_activity shows
    see_profile,         // the person himself: name, organizations, tokens, invitations
    manage_profile,
    list_organizations,  // one's own; the operator's are all
    create_organization,
    see_organization,
    see_members,
    see_projects,
    see_settings,
    use_presets,
    switch_organization,  // make it the current one
    override_llm,         // the person's own default model in the organization
    see_keys,
    create_keys,
    manage_keys,
    manage_management_keys,  // and keys that may bill other organizations
    manage_projects,
    see_own_limits,
    manage_limits,
    manage_settings,  // what requests obey
    manage_presets,
    manage_provider_keys,
    manage_members,
    remove_members,  // who may not, may leave
    make_owner,
    change_billing,  // company, address, contacts
    see_billing,     // balance, lots, transactions
    purchase_credit,
    redeem_voucher,
    request_credit,
    see_credit_requests,
    decide_credit_requests,
    transfer_credit,
    grant_credit,  // and adjust, refund, charge back, confirm
    see_activity,  // requests and sums of them
    see_audit,     // who changed what in the organization
    change_organization,
    delete_organization,
    manage_claims,     // of Git organizations
    manage_retention,  // longer than admins may have detail kept
    manage_instance,
};
inline constexpr std::size_t kPermissionCount = static_cast<std::size_t>(Permission::manage_instance) + 1;

// What one kind of caller may of one permission.
enum class Right : std::uint8_t {
    no,
    own,         // of what is his: made by him, about him
    by_setting,  // as the organization says; yes where it says nothing
    as_creator,  // a key: as whoever made it, today; yes if the operator did
    yes,
};
std::string_view to_string(Right right);

struct PermissionRow {
    Permission permission;
    std::string_view name;
    bool of_organization;  // else it is about the caller himself or the instance
    Right operators;       // the root key, commands on the machine, and people who operate the instance
    Right owner, admin, member;
    Right management_key, inference_key, service_key;
    Scope scope;              // that a personal token needs
    std::string_view denial;  // for the error message
};
std::span<const PermissionRow> permissions();
const PermissionRow& row_of(Permission permission);
std::string_view to_string(Permission permission);
Right right_of(const PermissionRow& row, Role role);  // of a person

// Whether a caller of this kind has the permission somewhere. False: nothing more need be known of him.
bool may_ever(CallerKind caller, Permission permission);

// What a caller is in one organization.
struct Standing {
    bool belongs = false;    // else the organization is as unknown to him as one that never was
    Role role = Role::none;  // of the person, or of whoever made the key; none if suspended
    bool suspended = false;  // the membership
    // An owner in person, where the organization demands a second factor of its owners and he has none: a member until
    // he has one.
    bool lacks_second_factor = false;
};
// As the directory has it: ask the newest.
Standing standing_of(const Directory& directory, const Caller& caller, const Id128& organization);

enum class Access : std::uint8_t {
    granted,
    denied,            // to such a caller, or such a role
    denied_by_scope,   // the token lacks the permission's
    denied_suspended,  // the membership is
    denied_without_second_factor,
    unknown_organization,
};
struct Permit {
    Access access = Access::denied;
    bool own_only = false;  // granted for what is the caller's own
};
// Whether the organization exists is the operator's to look up. `organization` is not looked at where the permission is
// of none.
Permit permit(const Directory& directory, const Caller& caller, const Id128& organization, Permission permission);

// Whether the session of a person who operates the instance acts in that capacity: where he may not as the member that
// he is of the organization, or is none, and where he `wishes` to.
bool acts_as_operator(const Directory& directory, const Caller& caller, const Id128& organization,
                      Permission permission, bool wishes);

inline constexpr std::string_view kSecondFactorNeeded = "second_factor_needed";  // reason of a Status
// Why it is not granted: denied, with the reason scope_missing, member_suspended, second_factor_needed or none.
Status denial_of(Permission permission, Access access);

// Whether somebody may change the role or limits of another one, or remove him: nobody touches an owner but an owner in
// person. The operator may everything.
bool may_touch(const Standing& actor, const Caller& caller, Role target);

}  // namespace tollgate
