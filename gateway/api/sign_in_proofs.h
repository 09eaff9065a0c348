// Where what somebody shows of himself is judged: as he signs in, and again before something dangerous. Nowhere else
// is. What follows from it is in proven_session.h.
#pragma once

#include <cstdint>
#include <optional>

#include "accounting/accounts/passkey.h"
#include "accounting/accounts/session.h"
#include "gateway/text/error.h"

namespace tollgate {

class Call;

// A second factor that was right, until the change that follows uses it up.
struct ProvenFactor {
    Proof proof = Proof::totp;
    std::int64_t app_step = 0;  // of a code
    KeyDigest name = {};        // of a recovery code or passkey
    PasskeyState passkey = {};

    // Whether it shows by itself who he is: he has the authenticator, and it knows him.
    bool is_enough() const { return proof == Proof::passkey && passkey.user_verified; }
};

// What somebody proves himself for.
enum class Occasion : std::uint8_t {
    sign_in,          // a session begins
    step_up,          // the one that calls is proven anew
    password_change,  // it goes on, as old as its proof is
};

// Who it is, and by what. Whatever signs somebody in makes one (Call::proven), and begin_proven_session() follows.
struct ProvenPerson {
    Id128 user = {};
    ProofSet proofs = {};
    Occasion occasion = Occasion::sign_in;
    std::int64_t password_set_ms = 0;         // of the password that was right
    std::optional<ProvenFactor> factor = {};  // of what was right beside it, or in its place
    NewKey secret = make_session_secret();    // of the session that begins, or goes on with another one
};

// By the fields of POST /api/sessions: an address and its password, and a second factor where the person has one; a
// passkey that verified its person, alone; or the token of a link that the host's command made. It takes the same time,
// and fails the same way, whether the address is nobody's or the password another one: invalid_credentials;
// requests_rate_limited with retry-after. Only who has proven himself learns that he is suspended, permission_denied,
// or has a second factor: second_factor_required.
Error prove_sign_in(Call& call);
// The same by the fields of a step-up, of the person whose session calls: by a second factor, where he has one, else by
// the password.
Error prove_step_up(Call& call);
// The same by current_password, before it is changed. Who has a second factor must have proven himself lately by that
// one too, and who has no password yet in any other way.
Error prove_current_password(Call& call);

// What is said whichever of them it is, and whether there is such a person or not.
Error wrong_credentials();

}  // namespace tollgate
