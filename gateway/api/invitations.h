// Invitations: made and ended by those who manage members, read and accepted by whoever holds the link.
#pragma once

#include <array>

#include "accounting/accounts/invitation.h"
#include "gateway/api/call.h"
#include "gateway/api/members.h"
#include "gateway/api/paging.h"
#include "gateway/api/people.h"

namespace tollgate {

ApiAnswer list_invitations(Call& call);
ApiAnswer create_invitations(Call& call, Change& change);
ApiAnswer show_invitation(Call& call);
ApiAnswer revoke_invitation(Call& call, Change& change);
ApiAnswer resend_invitation(Call& call, Change& change);
// Those that are open for the verified address of the person who calls.
ApiAnswer list_my_invitations(Call& call);
// By the token of its link, which is in the body: logs have paths. Changes nothing: pages are opened by mail programs,
// too.
ApiAnswer look_up_invitation(Call& call);
ApiAnswer accept_invitation(Call& call, Change& change);

// Enough for the person to know it again, too little to write to.
std::string masked_email(std::string_view email);

inline constexpr std::size_t kMostInvitedAtOnce = 50;
inline constexpr Field kInvitationState = fields::text("state").one_of("pending|accepted|expired");

inline constexpr std::array kNewInvitationFields = {
    kEmailField.note("This or emails"),
    fields::texts("emails").note("1 to 50 addresses; each is invited or named under failed"),
    kRoleField,
};
inline constexpr Schema kNewInvitation{"NewInvitation", kNewInvitationFields};

inline constexpr std::array kInvitationFields = {
    fields::uuid("id"),
    fields::uuid("organization_id"),
    fields::text("email"),
    kMemberRole,
    kInvitationState,
    fields::uuid("inviter_user_id").or_null().note("null: invited by the operator or by a key of his"),
    fields::time("created_at"),
    fields::time("expires_at"),
    fields::integer("version"),
};
inline constexpr Schema kInvitation{"Invitation", kInvitationFields};
inline constexpr std::array kInvitationPageFields = {fields::list("data", kInvitation), kNextCursor};
inline constexpr Schema kInvitationPage{"InvitationPage", kInvitationPageFields};
inline constexpr std::array kMadeInvitationFields = {
    fields::object("invitation", kInvitation),
    fields::text("link").note("Shown this once; the token to accept with stands behind token="),
    fields::flag("mailed").note("Whether a mail with a link of its own goes to the address, too")};
inline constexpr Schema kMadeInvitation{"MadeInvitation", kMadeInvitationFields};
inline constexpr std::array kFailedInvitationFields = {fields::text("email"), fields::text("code"),
                                                       fields::text("message")};
inline constexpr Schema kFailedInvitation{"FailedInvitation", kFailedInvitationFields};
inline constexpr std::array kMadeInvitationsFields = {fields::list("data", kMadeInvitation),
                                                      fields::list("failed", kFailedInvitation)};
inline constexpr Schema kMadeInvitations{"MadeInvitations", kMadeInvitationsFields};
inline constexpr std::array kRevokedFields = {fields::flag("revoked")};
inline constexpr Schema kRevoked{"Revoked", kRevokedFields};

inline constexpr Field kLinkTokenField =
    fields::text("token").required().from(1, 200).note("What stands behind token= in the link");
inline constexpr std::array kLinkTokenFields = {kLinkTokenField};
inline constexpr Schema kLinkToken{"LinkToken", kLinkTokenFields};

inline constexpr std::array kInvitingOrganizationFields = {fields::text("name"), fields::text("slug")};
inline constexpr Schema kInvitingOrganization{"InvitingOrganization", kInvitingOrganizationFields};
inline constexpr std::array kReadInvitationFields = {
    fields::object("organization", kInvitingOrganization),
    kMemberRole,
    fields::text("email_masked"),
    kInvitationState,
    fields::time("expires_at"),
    fields::text("signed_in_as").or_null().note("The address of whoever calls, if that is a person"),
    fields::flag("signed_in_matches").note("Whether the invitation is for that address"),
    fields::flag("makes_account")
        .note("Whether accepting without signing in makes an account: a mailed link, and an "
              "address that nobody has"),
};
inline constexpr Schema kReadInvitation{"InvitationOfLink", kReadInvitationFields};

inline constexpr std::array kAcceptFields = {
    kLinkTokenField,
    fields::text("name").from(1, 100).note("Of a user that accepting makes"),
    fields::text("token_name").from(1, 100).note("Of the personal token of such a user"),
    kMakeTokenField,
};
inline constexpr Schema kAccept{"AcceptInvitation", kAcceptFields};
inline constexpr std::array kAcceptedFields = {
    fields::object("organization", kOrganization),
    kMemberRole,
    fields::object("user", kUser).maybe().note("If accepting made one"),
    fields::text("personal_token").maybe().note("Of that user; shown this once"),
    fields::text("password_token").maybe().note("In its place: POST /api/password-resets/confirm takes it"),
};
inline constexpr Schema kAccepted{"AcceptedInvitation", kAcceptedFields};

}  // namespace tollgate
