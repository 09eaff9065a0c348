// Second factors: what a person has beside his password.
#pragma once

#include "gateway/api/passkeys.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/second_factors.h"

namespace tollgate::rows {

// Only whoever signed in changes how he signs in, and he has just shown who he is.
inline constexpr Guard kOfPerson = stepped_up(by_session(manage_profile));

// clang-format off
inline constexpr Operation kSecondFactorsRoutes[] = {
    {kGet, "/api/me/second-factors", "second_factors", see_profile, readers, {show_second_factors},
     "Show which second factors one has", {.answer = &kSecondFactors}},
    {kPost, "/api/me/totp", "totp", kOfPerson, accounts, {begin_totp, "totp.begin"},
     "Begin to set up an authenticator app; its secret is shown once", {.answer = &kTotpSetup}},
    {kDelete, "/api/me/totp", "totp", kOfPerson, accounts, {delete_totp, "totp.delete"},
     "Remove the authenticator app", {.answer = &kDeleted}},
    {kPost, "/api/me/totp/confirm", "totp_confirm", kOfPerson, accounts, {confirm_totp, "totp.confirm"},
     "Use the authenticator app from now on, by a code of it", {.body = &kTotpCode, .answer = &kRecoveryCodesAnswer}},
    {kPost, "/api/me/recovery-codes", "recovery_codes",
     kOfPerson, accounts, {replace_recovery_codes, "recovery_codes.replace"},
     "Replace the recovery codes by ten new ones", {.answer = &kRecoveryCodesAnswer}},
    {kGet, "/api/me/passkeys", "my_passkeys", see_profile, readers, {list_my_passkeys},
     "List one's own passkeys", {.query = &kPageQuery, .answer = &kPasskeyPage}},
    {kPost, "/api/me/passkeys", "my_passkeys", kOfPerson, accounts, {create_my_passkey, "passkey.create"},
     "Add a passkey that the browser has made", {.body = &kNewPasskey, .answer = &kNewPasskeyData, .status = 201}},
    {kPost, "/api/me/passkeys/options", "passkey_creation_options",
     kOfPerson, readers, {make_registration_options},
     "Begin to make a passkey: what the browser needs", {.answer = &kCreation}},
    {kDelete, "/api/me/passkeys/{passkey}", "my_passkey", kOfPerson, accounts, {delete_my_passkey, "passkey.delete"},
     "Remove a passkey", {.answer = &kDeleted}},
    {kPost, "/api/sessions/passkey-options", "passkey_sign_in_options", page, readers, {make_sign_in_options},
     "Begin to sign in by a passkey: what the browser needs", {.answer = &kRequest}},
    {kPost, "/api/sessions/current/passkey-options", "passkey_step_up_options",
     by_session(manage_profile), readers, {make_step_up_options},
     "Begin to prove again who one is by a passkey", {.answer = &kRequest}},
};
// clang-format on

}  // namespace tollgate::rows
