// OpenRouter's management of keys and its list of members, with its names and its paging: always about the
// organization of the key that calls. Its workspaces are our projects.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "gateway/api/call.h"
#include "gateway/api/keys.h"

namespace tollgate {

ApiAnswer list_workspace_keys(Call& call);
ApiAnswer create_workspace_key(Call& call, Change& change);
ApiAnswer show_workspace_key(Call& call);
ApiAnswer update_workspace_key(Call& call, Change& change);
ApiAnswer delete_workspace_key(Call& call, Change& change);
ApiAnswer rotate_workspace_key(Call& call, Change& change);
ApiAnswer list_organization_members(Call& call);

inline constexpr std::uint32_t kOffsetPage = 100;  // entries, as OpenRouter has it
inline constexpr std::uint32_t kMostOffset = 1'000'000;

// The entries from `offset` on, sorted by `order`, the least first.
template <class Item, class Order>
std::vector<Item> offset_page(std::vector<Item> all, std::size_t offset, std::size_t limit, Order order) {
    std::ranges::sort(all, {}, order);
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(offset, all.size())));
    if (all.size() > limit) all.resize(limit);
    return all;
}

inline constexpr Field kOffsetField = fields::integer("offset").from(0, kMostOffset).note("How many to pass over");
inline constexpr Field kWorkspaceField = fields::uuid("workspace_id").note("A project; absent: the default one");

inline constexpr std::array kWorkspaceKeysQueryFields = {
    kOffsetField,
    fields::text("include_disabled").one_of("true|false").note("false if absent"),
    fields::text("include_expired").one_of("true|false").note("false if absent"),
    kWorkspaceField,
};
inline constexpr Schema kWorkspaceKeysQuery{"WorkspaceKeysQuery", kWorkspaceKeysQueryFields};
inline constexpr std::array kWorkspaceKeysFields = {
    fields::list("data", kKey).note("At most 100, the oldest first; no management keys, which have no workspace")};
inline constexpr Schema kWorkspaceKeys{"WorkspaceKeys", kWorkspaceKeysFields};

inline constexpr std::array kNewWorkspaceKeyFields = {
    kNameField,
    kBudgetField,
    kResetField,
    fields::flag("include_byok_in_limit").note("false: requests by an own provider key never count"),
    fields::time("expires_at").or_null().note("In the future; null: never"),
    fields::uuid("creator_user_id").or_null(),
    kWorkspaceField.or_null(),
};
inline constexpr Schema kNewWorkspaceKey{"NewWorkspaceKey", kNewWorkspaceKeyFields};

inline constexpr std::array kOrganizationMembersQueryFields = {
    kOffsetField, fields::integer("limit").from(1, kOffsetPage).note("How many, at most; 100 if absent")};
inline constexpr Schema kOrganizationMembersQuery{"OrganizationMembersQuery", kOrganizationMembersQueryFields};
inline constexpr std::array kOrganizationMemberFields = {
    fields::uuid("id").note("Of the user"),
    fields::text("email"),
    fields::text("first_name").or_null().note("The name's first word"),
    fields::text("last_name").or_null().note("Its other words"),
    fields::text("role").one_of("org:admin|org:member").note("org:admin: owners and admins"),
};
inline constexpr Schema kOrganizationMember{"OrganizationMember", kOrganizationMemberFields};
inline constexpr std::array kOrganizationMembersFields = {
    fields::list("data", kOrganizationMember).note("The one who joined first comes first"),
    fields::integer("total_count")};
inline constexpr Schema kOrganizationMembers{"OrganizationMembers", kOrganizationMembersFields};

}  // namespace tollgate
