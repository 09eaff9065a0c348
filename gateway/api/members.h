// Members of an organization: who they are, their roles, and their leaving.
#pragma once

#include <array>

#include "accounting/accounts/member.h"
#include "gateway/api/call.h"
#include "gateway/api/limits.h"
#include "gateway/api/openhands_paging.h"
#include "gateway/api/organizations.h"
#include "gateway/api/paging.h"
#include "gateway/api/people.h"

namespace tollgate {

ApiAnswer list_members(Call& call);
ApiAnswer count_members(Call& call);
ApiAnswer show_member(Call& call);
ApiAnswer add_member(Call& call, Change& change);
ApiAnswer update_member(Call& call, Change& change);
ApiAnswer remove_member(Call& call, Change& change);
// The person who calls, in the organization.
ApiAnswer show_own_membership(Call& call);
ApiAnswer switch_to_organization(Call& call, Change& change);
// The table of what roles and keys may.
ApiAnswer list_permissions(Call& call);

// Of the field "role"; member if it is absent or null.
Role read_role(BodyFields& body);

inline constexpr Field kMemberRole = fields::text("role").one_of("owner|admin|member");
inline constexpr Field kMemberStatus = fields::text("status").one_of("active|suspended");
inline constexpr Schema kMemberLimits{"MemberLimits", kLimitsBodyFields};

inline constexpr std::array kMemberFields = {
    fields::uuid("user_id"),
    fields::text("email"),
    fields::text("name"),
    kMemberRole,
    kMemberStatus,
    fields::time("joined_at"),
    fields::time("last_active_at").or_null().note("By a request of a key that the person made, or a call; null: never"),
    fields::object("limits", kMemberLimits).or_null().note("null for those who may not see them"),
    fields::integer("version"),
};
inline constexpr Schema kMember{"Member", kMemberFields};
inline constexpr std::array kMemberPageFields = {fields::list("data", kMember), kNextCursor};
inline constexpr Schema kMemberPage{"MemberPage", kMemberPageFields};
inline constexpr std::array kMembersQueryFields = {kPageLimit,      kPageCursor, kOtherPagingField,
                                                   kEmailPartQuery, kMemberRole, kMemberStatus};
inline constexpr Schema kMembersQuery{"MembersQuery", kMembersQueryFields};
inline constexpr std::array kMemberCountQueryFields = {kEmailPartQuery};
inline constexpr Schema kMemberCountQuery{"MemberCountQuery", kMemberCountQueryFields};
// As OpenHands has it: a bare number.
inline constexpr std::array kMemberCountFields = {fields::integer("").from(0)};
inline constexpr Schema kMemberCount{"MemberCount", kMemberCountFields};

// OpenHands' page of members, by user_id, and its words for them.
inline constexpr std::uint32_t kUsualMemberItems = 10;
inline constexpr std::array kMemberItemFields = {
    fields::uuid("user_id"),
    fields::text("email"),
    fields::integer("role_id").note("1 owner, 2 admin, 3 member"),
    kMemberRole,
    fields::integer("role_rank").note("10 owner, 20 admin, 1000 member"),
    fields::text("status").one_of("active|inactive").note("inactive: suspended"),
};
inline constexpr Schema kMemberItem{"MemberItem", kMemberItemFields};
inline constexpr auto kMemberItemPageFields =
    joined(std::array{fields::list("items", kMemberItem)}, kPageNumberFields, std::array{kNextPageId});
inline constexpr Schema kMemberItemPage{"MemberItemPage", kMemberItemPageFields};
inline constexpr std::array kMemberPagesFields = {fields::object("", kMemberPage), fields::object("", kMemberItemPage)};
inline constexpr Schema kMemberPages{"MemberPages", kMemberPagesFields};  // the latter with page_id

inline constexpr std::array kNewMemberFields = {
    fields::uuid("user_id").or_null().note("This or email"),
    kEmailField.or_null().note("Of a user that there is"),
    kRoleField,
    fields::flag("over_limit").note("Also where the organization has no seat left; false if absent"),
};
inline constexpr Schema kNewMember{"NewMember", kNewMemberFields};
inline constexpr std::array kMemberChangeFields = {
    fields::text("role").one_of("owner|admin|member|developer").note("developer is another name of member"),
    kMemberStatus,
    fields::uuid("user_id").note("This and what follows may come back as it was shown"),
    fields::text("email"),
    fields::text("name"),
    fields::time("joined_at"),
    fields::time("last_active_at").or_null(),
    fields::object("limits", kMemberLimits).or_null(),
    fields::integer("version"),
};
inline constexpr Schema kMemberChange{"MemberChange", kMemberChangeFields};
inline constexpr std::array kMemberRemovedFields = {
    fields::flag("removed"), fields::integer("keys_disabled").note("Keys of the organization that the person made")};
inline constexpr Schema kMemberRemoved{"MemberRemoved", kMemberRemovedFields};

inline constexpr std::array kOwnMembershipFields = {
    fields::uuid("org_id"),
    fields::uuid("user_id"),
    fields::text("email"),
    kMemberRole,
    fields::texts("permissions"),
    kMemberStatus,
    fields::object("limits", kMemberLimits),
};
inline constexpr Schema kOwnMembership{"OwnMembership", kOwnMembershipFields};

constexpr Field right_field(std::string_view name) {
    return fields::text(name).one_of("yes|no|own|by_setting|as_creator");
}
inline constexpr std::array kPermissionFields = {
    fields::text("permission"),
    right_field("operator"),
    right_field("owner"),
    right_field("admin"),
    right_field("member"),
    right_field("management_key").note("as_creator: as whoever made the key, today"),
    right_field("inference_key"),
    right_field("service_key"),
    fields::text("scope").note("That a personal token needs"),
};
inline constexpr Schema kPermission{"Permission", kPermissionFields};
inline constexpr std::array kPermissionListFields = {fields::list("data", kPermission)};
inline constexpr Schema kPermissionList{"PermissionList", kPermissionListFields};

}  // namespace tollgate
