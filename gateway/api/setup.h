// The first start: whoever has the link that `tollgate init` printed becomes the person who operates the gateway. And
// what the page for signing in may offer.
#pragma once

#include <array>

#include "gateway/api/passwords.h"
#include "gateway/api/sessions.h"

namespace tollgate {

ApiAnswer show_sign_in(Call& call);
Error prove_setup(Call& call);
// Signs the new person in. not_found setup_invalid; conflict email_taken.
ApiAnswer set_up(Call& call, Change& change);

inline constexpr std::array kSignInOffersFields = {
    fields::flag("set_up").note("Whether somebody operates the gateway who signs in"),
    fields::flag("password").note("Whether people sign in by a password"),
    fields::flag("password_reset").note("Whether a forgotten one is replaced by mail"),
    fields::flag("registration").note("Whether some people may make an account for themselves"),
};
inline constexpr Schema kSignInOffers{"SignInOffers", kSignInOffersFields};
inline constexpr std::array kSetupFields = {
    fields::text("token").required().from(1, 200).note("The last part of the link"),
    kEmailField.required(),
    kNameField,
    kNewPasswordField,
};
inline constexpr Schema kSetup{"Setup", kSetupFields};

}  // namespace tollgate
