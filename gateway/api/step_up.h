// What must go before a call that is dangerous: a session's person has proven lately who he is.
#pragma once

#include "gateway/text/error.h"

namespace tollgate {

class Call;

// As the operation's guard says.
Error check_step_up(const Call& call);

// Whether the session that calls has proven lately who its person is: step_up_required; session_ended. Of callers that
// are no sessions nothing is asked.
Error check_young_proof(const Call& call);
// conflict not_a_session: a token calls, however much it may.
Error check_is_session(const Call& call);

Error session_is_over();

}  // namespace tollgate
