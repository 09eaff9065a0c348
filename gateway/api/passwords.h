// Passwords that people choose by a link: a mailed one, or one that the operator passes on.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/verifications.h"

namespace tollgate {

// Hashes the password in the body, for the change that follows (Call::password_hash). Nothing else of it is left.
Error hash_new_password(Call& call);

// For the operator to pass on; the link is shown this once.
ApiAnswer create_password_link(Call& call, Change& change);

// Of the person who calls. His other sessions end, and the one that calls goes on with another secret.
Error prove_password_change(Call& call);
ApiAnswer change_my_password(Call& call, Change& change);

// Mails a link to whoever has the address. The answer, and the time that it takes, is the same if nobody has.
ApiAnswer request_password_reset(Call& call, Change& change);

// Whose password it is the token says, and nothing else of the call does.
Error prove_password_link(Call& call);
ApiAnswer confirm_password_link(Call& call, Change& change);

inline constexpr Field kNewPasswordField =
    fields::text("password").required().from(1, 256).note("At least 12 characters, of any kind");

inline constexpr std::array kPasswordChangeFields = {
    fields::text("current_password").from(1, 256).note("Absent only where there is none yet"),
    kNewPasswordField,
};
inline constexpr Schema kPasswordChange{"PasswordChange", kPasswordChangeFields};
inline constexpr std::array kPasswordResetFields = {
    fields::text("email").required().from(3, kMaxEmailBytes).note("Case makes no difference")};
inline constexpr Schema kPasswordReset{"PasswordReset", kPasswordResetFields};
inline constexpr std::array kPasswordLinkFields = {fields::text("link").note("Shown this once"),
                                                   fields::time("expires_at")};
inline constexpr Schema kPasswordLink{"PasswordLink", kPasswordLinkFields};
inline constexpr std::array kConfirmPasswordFields = {
    fields::text("token").required().from(1, 200).note("The last part of the link"), kNewPasswordField};
inline constexpr Schema kConfirmPassword{"ConfirmPasswordLink", kConfirmPasswordFields};
inline constexpr std::array kPasswordChangedFields = {fields::flag("changed")};
inline constexpr Schema kPasswordChanged{"PasswordChanged", kPasswordChangedFields};

}  // namespace tollgate
