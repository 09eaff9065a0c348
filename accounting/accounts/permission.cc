#include "accounting/accounts/permission.h"

#include <array>

namespace tollgate {
namespace {

constexpr std::string_view kNotByManagement = "this operation needs an inference key";
constexpr std::string_view kManagementOnly = "only management keys can perform this operation";
constexpr std::string_view kRootManages = "only the root key may manage organizations";

struct Row {
    Permission permission;
    std::string_view name;
    bool root_key, management_key, inference_key;
    std::string_view denial;
};

constexpr std::array<Row, kPermissionCount> kTable = {{
    // permission                      name                    root   management inference
    {Permission::infer, "infer", false, false, true, kNotByManagement},
    {Permission::see_own_key, "see_own_key", true, true, true, {}},
    {Permission::see_activity, "see_activity", true, true, false, kManagementOnly},
    {Permission::see_billing, "see_billing", true, true, false, kManagementOnly},
    {Permission::see_audit, "see_audit", true, true, false, kManagementOnly},
    {Permission::see_settings, "see_settings", true, false, false, kRootManages},
    {Permission::manage_organizations, "manage_organizations", true, false, false, kRootManages},
    {Permission::manage_projects, "manage_projects", true, false, false, kRootManages},
    {Permission::manage_keys, "manage_keys", true, false, false, kRootManages},
    {Permission::manage_limits, "manage_limits", true, false, false, kRootManages},
    {Permission::manage_settings, "manage_settings", true, false, false, kRootManages},
    {Permission::move_credit, "move_credit", true, false, false, "only the root key may move credit"},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        if (static_cast<std::size_t>(kTable[i].permission) != i) return false;
    }
    return true;
}
static_assert(in_order());

const Row& row_of(Permission permission) { return kTable[static_cast<std::size_t>(permission)]; }

}  // namespace

std::string_view to_string(Permission permission) { return row_of(permission).name; }

std::string_view denial(Permission permission) { return row_of(permission).denial; }

bool has_permission(CallerKind caller, Permission permission) {
    const Row& row = row_of(permission);
    switch (caller) {
        case CallerKind::local:
        case CallerKind::root_key:
            return row.root_key;
        case CallerKind::management_key:
            return row.management_key;
        case CallerKind::inference_key:
            return row.inference_key;
    }
    return false;
}

Access access_to(const Id128& organization, const Caller& caller, Permission permission) {
    if (!has_permission(caller, permission)) return Access::denied;
    const bool own = caller.is_operator() || caller.organization == organization;
    return own ? Access::granted : Access::unknown_organization;
}

}  // namespace tollgate
