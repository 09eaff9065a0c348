// Signing in at an identity provider, proving oneself again there, and linking an account to it: a browser is sent
// there, comes back with a code, and is sent on to our page with a session, or with a word that says why not. Two of
// the routes are opened by browsers, so that neither answers in JSON where it can help it.
#pragma once

#include <array>
#include <string>

#include "accounting/money/ids.h"
#include "gateway/api/call.h"
#include "gateway/api/schema.h"
#include "gateway/single_sign_on/sign_in_fault.h"

namespace tollgate {

// Sends the browser to the provider.
ApiAnswer begin_provider_sign_in(Call& call);
// The same for who is signed in and will link the identity to his account. Where the browser goes is in the answer: a
// link of another site could open a route that sends it there.
ApiAnswer begin_identity_link(Call& call);

// Who it is that comes back, by the provider's word: Call::proven, or Call::provider_sign_in says why there is nobody.
// Never an error. An identity that is to be linked is linked by then.
Error prove_provider_sign_in(Call& call);
// Begins his session, or proves the one that there is anew, if there is somebody, and sends the browser to our page.
ApiAnswer end_provider_sign_in(Call& call, Change& change);

// What the calls of the request's provider are counted under.
Id128 provider_gate_name(const ApiRequest& request);
// Where the browser is sent that cannot be served now.
ApiAnswer failed_sign_in(const ApiRequest& request, SignInFault fault);
// Too many are under way.
ApiAnswer busy_sign_in(const ApiRequest& request);

inline constexpr std::array kSignInQueryFields = {
    fields::text("return_to")
        .note("A route of the page, such as /o/<organization>/keys; the overview where it is none"),
    fields::text("purpose")
        .one_of("sign_in|step_up")
        .note("step_up: who is signed in proves again who he is, and the provider asks him anew"),
};
inline constexpr Schema kSignInQuery{"SignInQuery", kSignInQueryFields};
inline constexpr std::array kWayToProviderFields = {fields::text("location").note("Where the page sends the browser")};
inline constexpr Schema kWayToProvider{"WayToProvider", kWayToProviderFields};

}  // namespace tollgate
