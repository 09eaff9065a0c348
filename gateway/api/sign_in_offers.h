// What the page for signing in may offer.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/schema.h"

namespace tollgate {

ApiAnswer show_sign_in_offers(Call& call);

inline constexpr std::array kSignInProviderFields = {
    fields::text("id").note("Of /api/sign-in/{provider}"),
    fields::text("name").note("For the button"),
};
inline constexpr Schema kSignInProvider{"SignInProvider", kSignInProviderFields};
inline constexpr std::array kSignInOffersFields = {
    fields::flag("set_up").note("Whether somebody operates the gateway who signs in"),
    fields::flag("password").note("Whether people sign in by a password"),
    fields::flag("passkey").note("Whether browsers have passkeys at the gateway's public_url"),
    fields::flag("password_reset").note("Whether a forgotten password is replaced by mail"),
    fields::flag("registration").note("Whether some people may make an account for themselves"),
    fields::list("identity_providers", kSignInProvider),
};
inline constexpr Schema kSignInOffers{"SignInOffers", kSignInOffersFields};

}  // namespace tollgate
