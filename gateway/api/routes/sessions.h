// Signing in from a browser.
#pragma once

#include "gateway/api/passwords.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/sessions.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kSessionsRoutes[] = {
    {kPost, "/api/sessions", "sessions", page, passwords, {prove_sign_in, tollgate::sign_in, "session.create"},
     "Sign in: the answer sets a cookie", {.body = &kSignIn, .answer = &kSignedIn, .status = 201}},
    {kDelete, "/api/sessions/current", "current_session", page, accounts, {sign_out, "session.delete"},
     "Sign out: end the session of the cookie, and take the cookie away", {.answer = &kSignedOut}},
    {kPost, "/api/sessions/current/step-up", "step_up",
     manage_profile, passwords, {prove_step_up, tollgate::step_up, "session.step_up"},
     "Prove again who one is; the session gets another secret, and the cookie with it",
     {.body = &kStepUp, .answer = &kSessionData}},
    {kGet, "/api/me/sessions", "my_sessions", see_profile, readers, {list_my_sessions},
     "List one's own sessions", {.query = &kPageQuery, .answer = &kSessionPage}},
    {kDelete, "/api/me/sessions/{session}", "my_session",
     manage_profile, accounts, {delete_my_session, "session.delete"},
     "End one of one's own sessions", {.answer = &kDeleted}},
    {kPost, "/api/users/{user}/password-links", "password_links",
     manage_instance, accounts, {create_password_link, "password_link.create"},
     "Make a link by which a user chooses a password; an earlier one ends",
     {.answer = &kPasswordLink, .status = 201}},
    {kPost, "/api/password-resets/confirm", "password_reset_confirm",
     page, passwords, {prove_password_link, confirm_password_link, "password.reset"},
     "Choose a password by the token of a link; all sessions of its person end",
     {.body = &kConfirmPassword, .answer = &kPasswordChanged}},
};
// clang-format on

}  // namespace tollgate::rows
