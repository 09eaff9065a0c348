// Signing in at identity providers.
#pragma once

#include "gateway/api/identities.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/single_sign_on.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kSingleSignOnRoutes[] = {
    {kGet, "/api/sign-in/{provider}", "sign_in_at_provider",
     anybody, RunsOn::identity_providers, {begin_provider_sign_in},
     "Send the browser to the identity provider, to sign in or to prove again who one is", {.query = &kSignInQuery, .status = 303}},
    {kPost, "/api/sign-in/{provider}/link", "identity_link",
     stepped_up(by_session(manage_profile)), RunsOn::identity_providers, {begin_identity_link},
     "Begin to link one's account to the identity provider: where the browser goes", {.answer = &kWayToProvider}},
    {kGet, "/api/sign-in/{provider}/callback", "sign_in_callback",
     anybody, RunsOn::identity_providers, {prove_provider_sign_in, end_provider_sign_in, "session.create"},
     "Take the browser back from the identity provider, sign in, and send it to the page", {.status = 303}},
    {kGet, "/api/me/identities", "my_identities", see_profile, readers, {list_my_identities},
     "List the identities that one's account is linked to", {.query = &kPageQuery, .answer = &kIdentityPage}},
    {kDelete, "/api/me/identities/{identity}", "my_identity",
     stepped_up(by_session(manage_profile)), accounts, {delete_my_identity, "identity.unlink"},
     "Unlink an identity; other sessions that began at a provider end", {.answer = &kDeleted}},
};
// clang-format on

}  // namespace tollgate::rows
