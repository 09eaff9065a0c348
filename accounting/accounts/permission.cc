#include "accounting/accounts/permission.h"

#include <array>

#include "accounting/accounts/directory.h"

namespace tollgate {
namespace {

constexpr Right kN = Right::no, kO = Right::own, kS = Right::by_setting, kC = Right::as_creator, kY = Right::yes;

constexpr std::string_view kNeedsInference = "this operation needs an inference key";
constexpr std::string_view kPeople = "this operation needs a personal token";
constexpr std::string_view kManagers = "only owners, admins and management keys can perform this operation";
constexpr std::string_view kAdmins = "only owners and admins can perform this operation";
constexpr std::string_view kOwners = "only owners can perform this operation";
constexpr std::string_view kMembers = "only members and management keys can perform this operation";
constexpr std::string_view kOperator = "only the root key can perform this operation";

// clang-format off
constexpr std::array<PermissionRow, kPermissionCount> kTable = {{
    // of an organization; operator; owner, admin, member; management, inference, service key; scope of a token
    {Permission::infer,                  "infer",                          true, kN, kY, kY, kY, kN, kY, kY, Scope::infer, kNeedsInference},
    {Permission::see_own_key,            "see_own_key",                   false, kY, kY, kY, kY, kY, kY, kY, Scope::always, {}},
    {Permission::see_own_credits,        "see_own_credits",                true, kY, kY, kY, kN, kC, kC, kN, Scope::billing_read, kManagers},
    {Permission::see_own_generation,     "see_own_generation",             true, kY, kO, kO, kO, kC, kO, kO, Scope::activity_read, kMembers},
    {Permission::see_profile,            "see_profile",                   false, kN, kY, kY, kY, kN, kN, kN, Scope::profile, kPeople},
    {Permission::manage_profile,         "manage_profile",                false, kN, kY, kY, kY, kN, kN, kN, Scope::profile, kPeople},
    {Permission::list_organizations,     "list_organizations",            false, kY, kY, kY, kY, kN, kN, kN, Scope::organization_read, kPeople},
    {Permission::create_organization,    "create_organization",           false, kY, kY, kY, kY, kN, kN, kN, Scope::organizations_write, kPeople},
    {Permission::see_organization,       "see_organization",               true, kY, kY, kY, kY, kY, kN, kN, Scope::organization_read, kMembers},
    {Permission::see_members,            "see_members",                    true, kY, kY, kY, kY, kY, kN, kN, Scope::organization_read, kMembers},
    {Permission::see_projects,           "see_projects",                   true, kY, kY, kY, kY, kY, kN, kN, Scope::organization_read, kMembers},
    {Permission::see_settings,           "see_settings",                   true, kY, kY, kY, kY, kY, kN, kN, Scope::organization_read, kMembers},
    {Permission::use_presets,            "use_presets",                    true, kY, kY, kY, kY, kY, kY, kY, Scope::organization_read, kMembers},
    {Permission::switch_organization,    "switch_organization",            true, kN, kY, kY, kY, kN, kN, kN, Scope::profile, kPeople},
    {Permission::override_llm,           "override_llm",                   true, kN, kY, kY, kY, kN, kN, kN, Scope::profile, kPeople},
    {Permission::see_keys,               "see_keys",                       true, kY, kY, kY, kO, kC, kN, kN, Scope::keys_read, kManagers},
    {Permission::create_keys,            "create_keys",                    true, kY, kY, kY, kY, kC, kN, kN, Scope::keys_write, kMembers},
    {Permission::manage_keys,            "manage_keys",                    true, kY, kY, kY, kO, kC, kN, kN, Scope::keys_write, kManagers},
    {Permission::manage_management_keys, "manage_management_keys",         true, kY, kY, kY, kN, kN, kN, kN, Scope::everything, kAdmins},
    {Permission::manage_projects,        "manage_projects",                true, kY, kY, kY, kN, kC, kN, kN, Scope::organization_write, kManagers},
    {Permission::see_own_limits,         "see_own_limits",                 true, kY, kY, kY, kO, kN, kN, kN, Scope::organization_read, kPeople},
    {Permission::manage_limits,          "manage_limits",                  true, kY, kY, kY, kN, kC, kN, kN, Scope::organization_write, kManagers},
    {Permission::manage_settings,        "manage_settings",                true, kY, kY, kY, kN, kC, kN, kN, Scope::organization_write, kManagers},
    {Permission::manage_presets,         "manage_presets",                 true, kY, kY, kY, kN, kC, kN, kN, Scope::organization_write, kManagers},
    {Permission::manage_provider_keys,   "manage_provider_keys",           true, kY, kY, kY, kN, kC, kN, kN, Scope::everything, kManagers},
    {Permission::manage_members,         "manage_members",                 true, kY, kY, kY, kN, kC, kN, kN, Scope::members_write, kManagers},
    {Permission::remove_members,         "remove_members",                 true, kY, kY, kY, kO, kC, kN, kN, Scope::members_write, kMembers},
    {Permission::make_owner,             "make_owner",                     true, kY, kY, kN, kN, kN, kN, kN, Scope::everything, kOwners},
    {Permission::change_billing,         "change_billing",                 true, kY, kY, kY, kN, kN, kN, kN, Scope::organization_write, kAdmins},
    {Permission::see_billing,            "see_billing",                    true, kY, kY, kY, kN, kC, kN, kN, Scope::billing_read, kManagers},
    {Permission::purchase_credit,        "purchase_credit",                true, kY, kY, kY, kN, kN, kN, kN, Scope::billing_write, kAdmins},
    {Permission::redeem_voucher,         "redeem_voucher",                 true, kY, kY, kY, kN, kN, kN, kN, Scope::billing_write, kAdmins},
    {Permission::request_credit,         "request_credit",                 true, kN, kY, kY, kY, kN, kN, kN, Scope::profile, kPeople},
    {Permission::see_credit_requests,    "see_credit_requests",            true, kY, kY, kY, kO, kN, kN, kN, Scope::billing_read, kPeople},
    {Permission::decide_credit_requests, "decide_credit_requests",         true, kY, kY, kY, kN, kN, kN, kN, Scope::billing_write, kAdmins},
    {Permission::transfer_credit,        "transfer_credit",                true, kY, kY, kN, kN, kN, kN, kN, Scope::billing_write, kOwners},
    {Permission::grant_credit,           "grant_credit",                   true, kY, kN, kN, kN, kN, kN, kN, Scope::everything, kOperator},
    {Permission::see_activity,           "see_activity",                   true, kY, kY, kY, kS, kC, kN, kN, Scope::activity_read, kMembers},
    {Permission::see_audit,              "see_audit",                      true, kY, kY, kY, kN, kC, kN, kN, Scope::activity_read, kManagers},
    {Permission::change_organization,    "change_organization",            true, kY, kY, kN, kN, kN, kN, kN, Scope::everything, kOwners},
    {Permission::delete_organization,    "delete_organization",            true, kY, kY, kN, kN, kN, kN, kN, Scope::everything, kOwners},
    {Permission::manage_claims,          "manage_claims",                  true, kY, kY, kN, kN, kN, kN, kN, Scope::everything, kOwners},
    {Permission::manage_retention,       "manage_retention",               true, kY, kY, kN, kN, kN, kN, kN, Scope::everything, kOwners},
    {Permission::manage_instance,        "manage_instance",               false, kY, kN, kN, kN, kN, kN, kN, Scope::everything, kOperator},
}};
// clang-format on

constexpr bool in_order() {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        if (static_cast<std::size_t>(kTable[i].permission) != i) return false;
    }
    return true;
}
static_assert(in_order());

constexpr std::array<std::string_view, 5> kRights = {"no", "own", "by_setting", "as_creator", "yes"};

Right of_kind(const PermissionRow& row, CallerKind kind, Role role) {
    switch (kind) {
        case CallerKind::local:
        case CallerKind::job:
        case CallerKind::root_key:
        case CallerKind::operator_session:
            return row.operators;
        case CallerKind::management_key:
            return row.management_key;
        case CallerKind::inference_key:
            return row.inference_key;
        case CallerKind::service_key:
            return row.service_key;
        case CallerKind::personal_token:
        case CallerKind::session:
            return right_of(row, role);
        case CallerKind::nobody:
            break;
    }
    return Right::no;
}

bool is_operator_still(const Directory& directory, const Caller& caller) {
    const User* const user = directory.find_user(caller.person);
    return user != nullptr && user->acts_as_operator();
}

// Of activity, the one permission that an organization gives its members by a setting.
Right set_right(const Directory& directory, const Id128& organization) {
    const Organization* const found = directory.find_organization(organization);
    const bool own = found != nullptr && found->policy.activity_visibility == ActivityVisibility::own_only;
    return own ? Right::own : Right::yes;
}

bool lacks_second_factor(const Directory& directory, const Membership& owner) {
    const Organization* const organization = directory.find_organization(owner.organization);
    const User* const user = directory.find_user(owner.user);
    return organization != nullptr && organization->policy.owners_need_second_factor && user != nullptr &&
           user->second_factor_ms == 0;
}

// Of whoever has no right to it.
Access denied_access(const PermissionRow& row, const Standing& standing) {
    if (standing.suspended) return Access::denied_suspended;
    const bool as_owner = standing.lacks_second_factor && row.owner != Right::no;
    return as_owner ? Access::denied_without_second_factor : Access::denied;
}

}  // namespace

std::span<const PermissionRow> permissions() { return kTable; }
const PermissionRow& row_of(Permission permission) { return kTable[static_cast<std::size_t>(permission)]; }
std::string_view to_string(Permission permission) { return row_of(permission).name; }

Right right_of(const PermissionRow& row, Role role) {
    switch (role) {
        case Role::owner:
            return row.owner;
        case Role::admin:
            return row.admin;
        case Role::member:
            return row.member;
        case Role::none:
            break;
    }
    return Right::no;
}

std::string_view to_string(Right right) { return kRights.at(static_cast<std::size_t>(right)); }

// An owner has every right that any role has.
bool may_ever(CallerKind caller, Permission permission) {
    return of_kind(row_of(permission), caller, Role::owner) != Right::no;
}

Standing standing_of(const Directory& directory, const Caller& caller, const Id128& organization) {
    if (caller.is_operator()) return {.belongs = true};
    const Membership* const membership =
        caller.user.is_nil() ? nullptr : directory.find_membership(organization, caller.user);
    Standing standing;
    standing.belongs = caller.is_person() ? membership != nullptr
                                          : caller.kind != CallerKind::nobody && caller.organization == organization;
    if (membership == nullptr) return standing;
    standing.suspended = membership->status != MemberStatus::active;
    if (may_act(directory, *membership)) standing.role = membership->role;
    if (caller.is_person() && standing.role == Role::owner && lacks_second_factor(directory, *membership)) {
        standing.role = Role::member;
        standing.lacks_second_factor = true;
    }
    return standing;
}

Permit permit(const Directory& directory, const Caller& caller, const Id128& organization, Permission permission) {
    const PermissionRow& row = row_of(permission);
    if (!may_ever(caller.kind, permission)) return {};
    if (caller.kind == CallerKind::operator_session && !is_operator_still(directory, caller)) return {};
    if (caller.is_person() && !caller.scopes.contains(row.scope)) return {.access = Access::denied_by_scope};
    Standing standing{.belongs = true, .role = Role::member};  // of himself everybody is as a member is
    if (row.of_organization) standing = standing_of(directory, caller, organization);
    if (!standing.belongs) return {.access = Access::unknown_organization};
    Right right = of_kind(row, caller.kind, standing.role);
    if (right == Right::as_creator) right = caller.user.is_nil() ? Right::yes : right_of(row, standing.role);
    if (right == Right::by_setting) right = set_right(directory, organization);
    if (right == Right::no) return {.access = denied_access(row, standing)};
    return {.access = Access::granted, .own_only = right == Right::own};
}

bool acts_as_operator(const Directory& directory, const Caller& caller, const Id128& organization,
                      Permission permission, bool wishes) {
    if (caller.kind != CallerKind::session || row_of(permission).operators == Right::no) return false;
    const User* const user = directory.find_user(caller.user);
    if (user == nullptr || !user->acts_as_operator()) return false;
    return wishes || permit(directory, caller, organization, permission).access != Access::granted;
}

Status denial_of(Permission permission, Access access) {
    const PermissionRow& row = row_of(permission);
    switch (access) {
        case Access::denied_by_scope:
            return {StatusCode::denied,
                    "this personal token lacks the scope '" + std::string(to_string(row.scope)) +
                        "', which the operation needs",
                    "scope_missing"};
        case Access::denied_without_second_factor:
            return {StatusCode::denied,
                    "the organization demands a second factor of its owners: set up one of yours first",
                    kSecondFactorNeeded};
        case Access::denied_suspended:
            return {StatusCode::denied, "your membership of the organization is suspended", "member_suspended"};
        default:
            return {StatusCode::denied, std::string(row.denial)};
    }
}

bool may_touch(const Standing& actor, const Caller& caller, Role target) {
    return caller.is_operator() || target != Role::owner || (caller.is_person() && actor.role == Role::owner);
}

}  // namespace tollgate
