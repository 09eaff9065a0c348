// Signing in at identity providers.
#pragma once

#include "gateway/api/routes/row.h"
#include "gateway/api/single_sign_on.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kSingleSignOnRoutes[] = {
    {kGet, "/api/sign-in/{provider}", "sign_in_at_provider",
     anybody, RunsOn::identity_providers, {begin_provider_sign_in},
     "Send the browser to the identity provider, to sign in or to prove again who one is", {.query = &kSignInQuery, .status = 303}},
    {kGet, "/api/sign-in/{provider}/callback", "sign_in_callback",
     anybody, RunsOn::identity_providers, {prove_provider_sign_in, end_provider_sign_in, "session.create"},
     "Take the browser back from the identity provider, sign in, and send it to the page", {.status = 303}},
};
// clang-format on

}  // namespace tollgate::rows
