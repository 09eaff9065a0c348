// Passwords that people choose by a link: a mailed one, or one that the operator passes on.
#pragma once

#include <array>

#include "gateway/api/call.h"

namespace tollgate {

// For the operator to pass on; the link is shown this once.
ApiAnswer create_password_link(Call& call, Change& change);

// Whose password it is the token says, and nothing else of the call does.
Error prove_password_link(Call& call);
ApiAnswer confirm_password_link(Call& call, Change& change);

inline constexpr Field kNewPasswordField =
    fields::text("password").required().from(1, 256).note("At least 12 characters, of any kind");

inline constexpr std::array kPasswordLinkFields = {fields::text("link").note("Shown this once"),
                                                   fields::time("expires_at")};
inline constexpr Schema kPasswordLink{"PasswordLink", kPasswordLinkFields};
inline constexpr std::array kConfirmPasswordFields = {
    fields::text("token").required().from(1, 200).note("The last part of the link"), kNewPasswordField};
inline constexpr Schema kConfirmPassword{"ConfirmPasswordLink", kConfirmPasswordFields};
inline constexpr std::array kPasswordChangedFields = {fields::flag("changed")};
inline constexpr Schema kPasswordChanged{"PasswordChanged", kPasswordChangedFields};

}  // namespace tollgate
