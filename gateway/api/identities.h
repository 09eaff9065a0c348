// The identities of a person at identity providers: whom his account is linked to. Linking is in single_sign_on.h.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/schema.h"
#include "gateway/api/sign_in_offers.h"

namespace tollgate {

ApiAnswer list_my_identities(Call& call);
// conflict last_way_to_sign_in. Sessions that began at an identity provider end with it, but for the one that calls.
ApiAnswer delete_my_identity(Call& call, Change& change);

inline constexpr std::array kIdentityFields = {
    fields::text("id"),
    fields::text("provider").note("Its id in the configuration, as it was last"),
    fields::text("provider_name"),
    fields::text("issuer"),
    fields::text("email").or_null().note("As the provider said it last; it decides nothing"),
    fields::flag("works_here").note("false: the configuration has no such provider any more"),
    fields::time("linked_at"),
    fields::time("last_used_at").or_null().note("When somebody last signed in by it; null: never"),
};
inline constexpr Schema kIdentity{"LinkedIdentity", kIdentityFields};
inline constexpr std::array kIdentityPageFields = {
    fields::list("data", kIdentity), kNextCursor,
    fields::list("linkable", kSignInProvider).note("Providers that the account has no identity of")};
inline constexpr Schema kIdentityPage{"LinkedIdentityPage", kIdentityPageFields};

}  // namespace tollgate
