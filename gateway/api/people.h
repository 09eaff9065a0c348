// Users: people who may belong to organizations. The operator makes and deletes them; a person sees and renames
// himself.
#pragma once

#include <array>

#include "accounting/accounts/user.h"
#include "gateway/api/call.h"
#include "gateway/api/organizations.h"
#include "gateway/api/paging.h"
#include "gateway/api/session_json.h"
#include "gateway/api/tokens.h"

namespace tollgate {

ApiAnswer list_users(Call& call);
ApiAnswer create_user(Call& call, Change& change);
ApiAnswer show_user(Call& call);
ApiAnswer update_user(Call& call, Change& change);
ApiAnswer delete_user(Call& call, Change& change);
// The person who calls.
ApiAnswer show_me(Call& call);
ApiAnswer update_me(Call& call, Change& change);

void write_user(const User& user, JsonWriter& json);
// Whether a part of the address is as asked for, in any case.
bool has_in_address(std::string_view email, std::string_view part);

inline constexpr Field kEmailField = fields::text("email").from(3, kMaxEmailBytes).note("Case makes no difference");
inline constexpr Field kMakeTokenField =
    fields::flag("make_token").note("Of a new user; false: a token to choose a password by, and no personal token");
inline constexpr Field kEmailPartQuery = fields::text("email").from(1, kMaxEmailBytes).note("A part of the address");
inline constexpr Field kRoleField =
    fields::text("role").or_null().one_of("owner|admin|member|developer").note("developer and null are member");

inline constexpr std::array kNewUserTokenFields = {kNameField};
inline constexpr Schema kNewUserToken{"NewUserToken", kNewUserTokenFields};
inline constexpr std::array kNewUserOrganizationFields = {fields::uuid("id").required(), kRoleField};
inline constexpr Schema kNewUserOrganization{"NewUserOrganization", kNewUserOrganizationFields};
inline constexpr std::array kNewUserFields = {
    kEmailField.required(),
    kNameField,
    fields::flag("verified").note("The operator says that the address is the person's; false if absent"),
    fields::object("token", kNewUserToken).or_null().note("Makes a personal token, too"),
    fields::object("organization", kNewUserOrganization).or_null().note("Makes the user a member, too"),
};
inline constexpr Schema kNewUserBody{"NewUser", kNewUserFields};

inline constexpr std::array kUserFields = {
    fields::uuid("id"),
    kEmailField,
    fields::flag("email_verified"),
    fields::text("name").from(1, 100),
    fields::text("status").one_of("active|suspended"),
    fields::flag("is_operator").note("Whether the person, signed in, may what the root key may"),
    fields::time("password_set_at").or_null().note("null: there is no password"),
    fields::time("second_factor_since").or_null().note("null: there is none"),
    fields::uuid("personal_organization_id"),
    fields::uuid("current_organization_id"),
    fields::integer("most_organizations").from(0, kMostPerMinute).or_null().note("null: as the plan says"),
    fields::time("created_at"),
    fields::time("updated_at"),
    fields::integer("version"),
};
inline constexpr Schema kUser{"User", kUserFields};
inline constexpr Schema kUserChangeBody{"UserChange", kUserFields};
inline constexpr std::array kUserPageFields = {fields::list("data", kUser), kNextCursor};
inline constexpr Schema kUserPage{"UserPage", kUserPageFields};
inline constexpr std::array kUsersQueryFields = {kPageLimit, kPageCursor, kEmailPartQuery,
                                                 fields::text("status").one_of("active|suspended")};
inline constexpr Schema kUsersQuery{"UsersQuery", kUsersQueryFields};
inline constexpr std::array kUserDeletionFields = {kForfeitField};
inline constexpr Schema kUserDeletion{"UserDeletion", kUserDeletionFields};
inline constexpr std::array kUserDeletedFields = {fields::flag("deleted"), kForfeitedField};
inline constexpr Schema kUserDeleted{"UserDeleted", kUserDeletedFields};
inline constexpr std::array kNewUserAnswerFields = {
    fields::object("user", kUser), fields::text("personal_token").or_null().note("The plaintext, shown this once")};
inline constexpr Schema kNewUserAnswer{"NewUserData", kNewUserAnswerFields};

inline constexpr std::array kMyOrganizationFields = {
    fields::uuid("id"),
    fields::text("name"),
    fields::text("slug"),
    fields::text("kind").one_of("personal|team"),
    fields::text("role").one_of("owner|admin|member"),
    fields::text("status").one_of("active|suspended").note("Of the membership"),
};
inline constexpr Schema kMyOrganization{"MyOrganization", kMyOrganizationFields};
inline constexpr std::array kMeFields = {
    fields::object("user", kUser),
    fields::list("organizations", kMyOrganization),
    fields::uuid("current_organization_id"),
    fields::object("token", kToken).or_null().note("The one that calls; null: a session does"),
    fields::object("session", kSession).or_null().note("The same the other way"),
};
inline constexpr Schema kMe{"Me", kMeFields};
inline constexpr std::array kMyNameField = {fields::text("name").from(1, 100)};
inline constexpr auto kMyChangeFields = joined(kMyNameField, kMeFields);
inline constexpr Schema kMyChangeBody{"MyChange", kMyChangeFields};

}  // namespace tollgate
