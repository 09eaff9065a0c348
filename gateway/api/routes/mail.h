// Addresses that are proven by mail, and the outbox.
#pragma once

#include "gateway/api/mail.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/verifications.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kMailRoutes[] = {
    {kPost, "/api/me/verification", "my_verification",
     manage_profile, accounts, {request_verification, "verification.request"},
     "Send the person who calls a mail that proves the address", {.answer = &kMailSent, .status = 202}},
    {kPost, "/api/registrations", "registrations", anybody, accounts, {request_registration, "registration.request"},
     "Send a mail with a link that makes an account", {.body = &kRegistration, .answer = &kMailSent, .status = 202}},
    {kPost, "/api/verifications/confirm", "verification_confirm",
     anybody, accounts, {confirm_verification, "verification.confirm"},
     "Confirm an address by the token of a mailed link", {.body = &kConfirm, .answer = &kConfirmed}},
    {kPost, "/api/verifications/lookup", "verification_link", anybody, readers, {look_up_verification},
     "Read what a mailed link is for; changes nothing", {.body = &kLinkToken, .answer = &kReadVerification}},
    {kGet, "/api/mail", "mails", manage_instance, readers, {list_mail},
     "List mail of the last days, the oldest first", {.query = &kMailQuery, .answer = &kMailPage}},
    {kPost, "/api/mail/{mail}/retry", "mail_retry",
     manage_instance, accounts, {tollgate::retry_mail, "mail.retry"},
     "Try a failed mail again", {.answer = &kMail}},
};
// clang-format on

}  // namespace tollgate::rows
