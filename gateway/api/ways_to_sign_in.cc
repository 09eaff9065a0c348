#include "gateway/api/ways_to_sign_in.h"

#include "accounting/accounts/identity.h"
#include "accounting/accounts/passkey.h"
#include "gateway/api/call.h"
#include "gateway/webauthn/relying_party.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Another one is a second factor only.
bool signs_in_alone(const webauthn::RelyingParty& party, const Passkey& passkey) {
    return passkey.state.user_verified && passkey.rp_id == party.id;
}

}  // namespace

Status check_can_still_sign_in(const Call& call, const Change& change, const GivenUp& given_up) {
    const Id128& user = call.request.caller.user;
    const User* const person = change.directory().find_user(user);
    if (person != nullptr && person->password_set_ms != 0) return {};
    const auto identities = identities_of(*call.services.store, user);
    if (!identities) return identities.error();
    const auto passkeys = passkeys_of(*call.services.store, user);
    if (!passkeys) return passkeys.error();
    bool goes = false;  // a way is among what is given up
    for (const Identity& one : *identities) {
        if (call.services.identity_providers->find_issuer(one.issuer) == nullptr) continue;
        if (identity_digest(one.issuer, one.subject) != given_up.identity) return {};
        goes = true;
    }
    const auto party = webauthn::relying_party_of(call.services.config.accounts.public_url);
    for (const Passkey& one : *passkeys) {
        if (!party || !signs_in_alone(*party, one)) continue;
        if (one.id != given_up.passkey) return {};
        goes = true;
    }
    if (!goes) return {};
    return {StatusCode::conflict, "it is your last way to sign in: set up another one first", "last_way_to_sign_in"};
}

}  // namespace tollgate
