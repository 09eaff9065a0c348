// Where what somebody shows of himself is judged: as he signs in, and again before something dangerous. Nowhere else
// is.
#pragma once

#include <cstdint>
#include <string>

#include "accounting/accounts/session.h"
#include "gateway/text/error.h"

namespace tollgate {

class Call;
class Change;

// Who it is that signs in or proves himself again, and by what. Whatever signs somebody in makes one (Call::proven),
// and begin_proven_session() follows.
struct ProvenPerson {
    Id128 user = {};
    ProofSet proofs = {};
    std::int64_t password_set_ms = 0;       // of the password that was right; else no session begins
    bool begins_session = true;             // else the one that calls goes on
    NewKey secret = make_session_secret();  // of the session that begins, or goes on with another one
};

// By the fields of POST /api/sessions: an address and its password, or the token of a link that the host's command
// made. It takes the same time, and fails the same way, whether the address is nobody's or the password another one:
// invalid_credentials; requests_rate_limited with retry-after. Only who has proven himself learns that he is suspended:
// permission_denied.
Error prove_sign_in(Call& call);
// The same by the fields of a step-up, of the person whose session calls.
Error prove_step_up(Call& call);

// The same by current_password, before it is changed. Who has none yet must have proven himself lately in another way.
Error prove_current_password(Call& call);

// Begins the session of Call::proven, and ends the one that the browser had. Returns the header lines of the answer,
// with the cookie; invalid_credentials: the person was suspended, or has another password, since he was proven.
Outcome<std::string> begin_proven_session(const Call& call, Change& change);
// The calling session goes on with another secret, and is proven anew.
Outcome<std::string> renew_proven_session(const Call& call, Change& change);

// The one that the browser has, whoever calls and however old it is. Returns whether there was one.
bool end_browser_session(const Call& call, Change& change);

// The header lines that set the cookie, and those that take it away.
std::string session_cookie_lines(const Call& call, std::string_view secret);
std::string no_session_cookie_lines();

}  // namespace tollgate
