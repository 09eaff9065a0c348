// Invitations to organizations.
#pragma once

#include "gateway/api/invitations.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kInvitationsRoutes[] = {
    {kGet, "/api/organizations/{organization}/invitations", "invitations",
     manage_members, readers, {list_invitations},
     "List invitations that are open", {.query = &kPageQuery, .answer = &kInvitationPage}},
    {kPost, "/api/organizations/{organization}/invitations", "invitations",
     manage_members, accounts, {create_invitations, "invitation.create"},
     "Invite people; each link is shown once",
     {.body = &kNewInvitation, .answer = &kMadeInvitations, .status = 201}},
    {kGet, "/api/organizations/{organization}/invitations/{invitation}", "invitation",
     manage_members, readers, {show_invitation},
     "Show an invitation", {.answer = &kInvitation}},
    {kDelete, "/api/organizations/{organization}/invitations/{invitation}", "invitation",
     manage_members, accounts, {revoke_invitation, "invitation.revoke"},
     "Revoke an invitation", {.answer = &kRevoked}},
    {kPost, "/api/organizations/{organization}/invitations/{invitation}/resend", "invitation_resend",
     manage_members, accounts, {resend_invitation, "invitation.resend"},
     "Replace the link of an invitation and its time", {.answer = &kMadeInvitation}},
    {kPost, "/api/invitations/accept", "invitation_accept", anybody, accounts, {accept_invitation, "invitation.accept"},
     "Accept an invitation", {.body = &kAccept, .answer = &kAccepted}},
    {kPost, "/api/invitations/lookup", "invitation_link", anybody, readers, {look_up_invitation},
     "Read what an invitation is for; changes nothing", {.body = &kLinkToken, .answer = &kReadInvitation}},
};
// clang-format on

}  // namespace tollgate::rows
