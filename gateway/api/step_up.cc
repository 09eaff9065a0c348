#include "gateway/api/step_up.h"

#include "gateway/api/call.h"
#include "gateway/worker.h"

namespace tollgate {

Error check_step_up(const Call& call) {
    const Guard& guard = call.request.operation->guard;
    if (guard.session_only) {
        if (Error refused = check_is_session(call)) return refused;
    }
    return guard.steps_up ? check_young_proof(call) : Error();
}

Error check_young_proof(const Call& call) {
    const Caller& caller = call.request.caller;
    const bool is_session = caller.kind == CallerKind::session || caller.kind == CallerKind::operator_session;
    if (!is_session) return {};
    const Id128& person = caller.kind == CallerKind::session ? caller.user : caller.person;
    const Session* const session = call.directory->find_session(person, caller.key);
    if (session == nullptr) return session_is_over();
    const std::int64_t until_ms = session->proved_ms + call.services.config.accounts.step_up_lifetime_ms;
    if (call.request.now_ms < until_ms) return {};
    return {ErrorKind::step_up_required,
            "prove again who you are, by POST /api/sessions/current/step-up, and repeat the call"};
}

Error check_is_session(const Call& call) {
    if (call.request.caller.kind == CallerKind::session) return {};
    return api_error(Status(StatusCode::conflict, "only whoever signed in does this, and no token", "not_a_session"))
        .error;
}

Error session_is_over() { return {ErrorKind::session_ended, "the session is over: sign in again"}; }

}  // namespace tollgate
