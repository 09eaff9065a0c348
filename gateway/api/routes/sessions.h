// Signing in from a browser.
#pragma once

#include "gateway/api/passwords.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/sessions.h"
#include "gateway/api/setup.h"
#include "gateway/api/sign_in_offers.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kSessionsRoutes[] = {
    {kGet, "/api/sign-in", "sign_in_offers", anybody, worker, {show_sign_in_offers},
     "Show what the page for signing in may offer", {.answer = &kSignInOffers}},
    {kPost, "/api/setup", "setup", page, passwords, {prove_setup, set_up, "instance.setup"},
     "Become the person who operates the gateway, by the link that its first start printed; signs in",
     {.body = &kSetup, .answer = &kSignedIn, .status = 201}},
    {kPost, "/api/sessions", "sessions", page, passwords, {prove_sign_in, tollgate::sign_in, "session.create"},
     "Sign in: the answer sets a cookie", {.body = &kSignIn, .answer = &kSignedIn, .status = 201}},
    {kDelete, "/api/sessions/current", "current_session", page, accounts, {sign_out, "session.delete"},
     "Sign out: end the session of the cookie, and take the cookie away", {.answer = &kSignedOut}},
    {kPost, "/api/sessions/current/step-up", "step_up",
     by_session(manage_profile), passwords, {prove_step_up, tollgate::step_up, "session.step_up"},
     "Prove again who one is; the session gets another secret, and the cookie with it",
     {.body = &kStepUp, .answer = &kSessionData}},
    {kGet, "/api/me/sessions", "my_sessions", see_profile, readers, {list_my_sessions},
     "List one's own sessions", {.query = &kPageQuery, .answer = &kSessionPage}},
    {kDelete, "/api/me/sessions/{session}", "my_session",
     manage_profile, accounts, {delete_my_session, "session.delete"},
     "End one of one's own sessions", {.answer = &kDeleted}},
    {kPost, "/api/users/{user}/password-links", "password_links",
     stepped_up(manage_instance), accounts, {create_password_link, "password_link.create"},
     "Make a link by which a user chooses a password; an earlier one ends",
     {.answer = &kPasswordLink, .status = 201}},
    {kPut, "/api/me/password", "my_password",
     manage_profile, passwords, {prove_password_change, change_my_password, "password.update"},
     "Change one's own password; all other sessions end", {.body = &kPasswordChange, .answer = &kPasswordChanged}},
    {kPost, "/api/password-resets", "password_resets",
     page, accounts, {request_password_reset, "password_reset.request"},
     "Mail a link by which a forgotten password is replaced", {.body = &kPasswordReset, .answer = &kMailSent, .status = 202}},
    {kPost, "/api/password-resets/confirm", "password_reset_confirm",
     page, passwords, {prove_password_link, confirm_password_link, "password.reset"},
     "Choose a password by the token of a link; all sessions of its person end",
     {.body = &kConfirmPassword, .answer = &kPasswordChanged}},
};
// clang-format on

}  // namespace tollgate::rows
