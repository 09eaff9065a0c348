// What somebody shows beside his password, or in its place: a code of his app, a recovery code, a passkey. It is judged
// before the change that follows, and used up by it, so that nothing counts twice.
#pragma once

#include <optional>
#include <string>

#include "accounting/accounts/second_factors.h"
#include "gateway/api/passkey_json.h"
#include "gateway/api/sign_in_proofs.h"
#include "gateway/text/error.h"

namespace tollgate {

class Call;
class Change;

// At most one of them.
struct PresentedFactor {
    std::string code = {}, recovery_code = {};
    std::optional<PresentedAssertion> passkey = {};

    bool none() const { return code.empty() && recovery_code.empty() && !passkey; }
};
// By the members code, recovery_code and passkey of the body, which is at fault where there are more.
PresentedFactor read_factor(BodyFields& body);

// Of that person. A passkey signs the challenge of the session that calls, or one for signing in: as the occasion is.
// invalid_credentials, with a reason: code_invalid; passkey_unknown; those of gateway/webauthn/ceremony.h.
Outcome<ProvenFactor> judge_factor(const Call& call, const Id128& user, const PresentedFactor& presented,
                                   Occasion occasion);
// invalid_credentials: it was used since it was judged. Of a recovery code, mail says that it was.
Error use_factor(const Call& call, Change& change, const Id128& user, const ProvenFactor& factor);

// invalid_credentials with the status's reason, where it says that something shown is wrong.
Error wrong_factor(const Status& status);
// Whose passkey it is, before anything is proven; nil: nobody's here.
Id128 owner_of(const Call& call, const PresentedAssertion& passkey);

// What the person must show beside his password; no error: nothing. Its members: factors, those that he can show, and
// stranded_passkeys, how many do not work any more because the gateway has another host.
Error second_factor_required(const Call& call, const Id128& user);

inline constexpr std::array kFactorFields = {
    fields::text("code").or_null().from(6, 12).note("Of the authenticator app"),
    fields::text("recovery_code").or_null().from(16, 32).note("In place of a lost factor; each counts once"),
    fields::object("passkey", kAuthenticationResponse).or_null().note("What the browser signed, as toJSON() has it"),
};

}  // namespace tollgate
