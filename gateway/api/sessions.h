// Signing in and out, and the sessions that a person has.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/people.h"
#include "gateway/api/second_factor_proofs.h"
#include "gateway/api/session_json.h"

namespace tollgate {

// After prove_sign_in().
ApiAnswer sign_in(Call& call, Change& change);
// The answer to whoever is Call::proven, with the session that begins.
ApiAnswer signed_in_answer(const Call& call, Change& change);
// In any state: without a session, or with one that is over, there is nothing to end.
ApiAnswer sign_out(Call& call, Change& change);
// After prove_step_up(). conflict not_a_session: a token calls.
ApiAnswer step_up(Call& call, Change& change);
ApiAnswer list_my_sessions(Call& call);
ApiAnswer delete_my_session(Call& call, Change& change);

inline constexpr std::array kSignInFields = {
    fields::text("email").or_null().from(3, kMaxEmailBytes).note("Case makes no difference"),
    fields::text("password").or_null().from(1, 256).note("null: a passkey that verified its person is enough"),
    fields::text("link_token")
        .from(1, 200)
        .note("In place of all others: of a link that `tollgate admin login-link` printed"),
};
inline constexpr auto kSignInBodyFields = joined(kSignInFields, kFactorFields);
inline constexpr Schema kSignIn{"SignIn", kSignInBodyFields};
inline constexpr std::array kStepUpPasswordField = {
    fields::text("password").or_null().from(1, 256).note("Enough where there is no second factor")};
inline constexpr auto kStepUpFields = joined(kStepUpPasswordField, kFactorFields);
inline constexpr Schema kStepUp{"StepUp", kStepUpFields};
inline constexpr std::array kSignedInFields = {
    fields::object("user", kUser), fields::object("session", kSession),
    fields::integer("recovery_codes_left").or_null().note("After one was used; else null")};
inline constexpr Schema kSignedIn{"SignedIn", kSignedInFields};
inline constexpr std::array kSignedOutFields = {fields::flag("signed_out").note("Whether there was a session to end")};
inline constexpr Schema kSignedOut{"SignedOut", kSignedOutFields};
inline constexpr std::array kSessionDataFields = {fields::object("session", kSession)};
inline constexpr Schema kSessionData{"SessionData", kSessionDataFields};
inline constexpr std::array kSessionPageFields = {fields::list("data", kSession), kNextCursor};
inline constexpr Schema kSessionPage{"SessionPage", kSessionPageFields};

}  // namespace tollgate
