// Users, and what a person sees and changes of himself.
#pragma once

#include "gateway/api/invitations.h"
#include "gateway/api/people.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/tokens.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kPeopleRoutes[] = {
    {kGet, "/api/users", "users", manage_instance, readers, {list_users},
     "List users", {.query = &kUsersQuery, .answer = &kUserPage}},
    {kPost, "/api/users", "users", manage_instance, accounts, {create_user, "user.create"},
     "Create a user with a personal organization", {.body = &kNewUserBody, .answer = &kNewUserAnswer, .status = 201}},
    {kGet, "/api/users/{user}", "user", manage_instance, readers, {show_user},
     "Show a user", {.answer = &kUser}},
    {kPatch, "/api/users/{user}", "user", stepped_up(manage_instance), accounts, {update_user, "user.update"},
     "Change a user", {.body = &kUserChangeBody, .answer = &kUser}},
    {kDelete, "/api/users/{user}", "user", stepped_up(manage_instance), accounts, {delete_user, "user.delete"},
     "Delete a user with memberships, tokens and the personal organization",
     {.body = &kUserDeletion, .answer = &kUserDeleted, .body_optional = true}},
    {kPost, "/api/users/{user}/tokens", "user_tokens",
     stepped_up(manage_instance), accounts, {create_token_of_user, "token.create"},
     "Create a personal token for a user; its plaintext is shown once",
     {.body = &kNewTokenBody, .answer = &kNewTokenAnswer, .status = 201}},
    {kGet, "/api/me", "me", see_profile, readers, {show_me},
     "Show the person who calls, with organizations and roles", {.answer = &kMe}},
    {kPatch, "/api/me", "me", manage_profile, accounts, {update_me, "user.update"},
     "Change one's own name", {.body = &kMyChangeBody, .answer = &kMe}},
    {kGet, "/api/me/tokens", "my_tokens", manage_profile, readers, {list_my_tokens},
     "List one's own personal tokens", {.query = &kPageQuery, .answer = &kTokenPage}},
    {kPost, "/api/me/tokens", "my_tokens", stepped_up(manage_profile), accounts, {create_my_token, "token.create"},
     "Create a personal token; its plaintext is shown once",
     {.body = &kNewTokenBody, .answer = &kNewTokenAnswer, .status = 201}},
    {kGet, "/api/me/tokens/{key}", "my_token", manage_profile, readers, {show_my_token},
     "Show a personal token", {.answer = &kTokenData}},
    {kPatch, "/api/me/tokens/{key}", "my_token", manage_profile, accounts, {update_my_token, "token.update"},
     "Change a personal token's name or expiry, disable or enable it", {.body = &kTokenChangeBody, .answer = &kTokenData}},
    {kDelete, "/api/me/tokens/{key}", "my_token", manage_profile, accounts, {delete_my_token, "token.delete"},
     "Delete a personal token", {.answer = &kDeleted}},
    {kPost, "/api/me/tokens/{key}/rotate", "my_token_rotate",
     stepped_up(manage_profile), accounts, {rotate_my_token, "token.rotate"},
     "Give a personal token another secret; it is shown once",
     {.body = &kTokenRotationBody, .answer = &kNewTokenAnswer, .body_optional = true, .versioned = true}},
    {kGet, "/api/me/invitations", "my_invitations", see_profile, readers, {list_my_invitations},
     "List the open invitations for one's own address", {.query = &kPageQuery, .answer = &kInvitationPage}},
};
// clang-format on

}  // namespace tollgate::rows
