// Addresses that are proven by mail: of a person who has an account, and of somebody who registers.
#pragma once

#include <array>

#include "accounting/accounts/email_link.h"
#include "gateway/api/call.h"
#include "gateway/api/invitations.h"
#include "gateway/api/people.h"

namespace tollgate {

// Sends the person who calls a mail with a link.
ApiAnswer request_verification(Call& call, Change& change);
// Sends whoever has the address a mail; what it says depends on whether there is such a person, the answer does not.
ApiAnswer request_registration(Call& call, Change& change);
// By the token of its link, which is in the body: logs have paths. Changes nothing: pages are opened by mail programs,
// too.
ApiAnswer look_up_verification(Call& call);
ApiAnswer confirm_verification(Call& call, Change& change);

inline constexpr std::array kMailSentFields = {fields::text("sent_to")};
inline constexpr Schema kMailSent{"MailSent", kMailSentFields};
inline constexpr std::array kRegistrationFields = {kEmailField.required(), kNameField};
inline constexpr Schema kRegistration{"Registration", kRegistrationFields};
inline constexpr std::array kReadVerificationFields = {
    fields::text("kind").one_of("verification|registration"),
    fields::text("email_masked"),
    fields::time("expires_at"),
    fields::text("signed_in_as").or_null().note("The address of whoever calls, if that is a person"),
    fields::flag("signed_in_matches").note("Whether the link is for that address"),
};
inline constexpr Schema kReadVerification{"VerificationOfLink", kReadVerificationFields};
inline constexpr std::array kConfirmFields = {
    kLinkTokenField,
    fields::text("token_name").from(1, 100).note("Of the personal token that a registration makes"),
    kMakeTokenField,
};
inline constexpr Schema kConfirm{"ConfirmVerification", kConfirmFields};
inline constexpr std::array kConfirmedFields = {
    fields::object("user", kUser),
    fields::text("personal_token").maybe().note("Of whoever registers; shown this once"),
    fields::text("password_token").maybe().note("In its place: POST /api/password-resets/confirm takes it"),
};
inline constexpr Schema kConfirmed{"ConfirmedVerification", kConfirmedFields};

}  // namespace tollgate
