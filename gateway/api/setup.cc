#include "gateway/api/setup.h"

#include "accounting/accounts/password.h"
#include "accounting/accounts/setup.h"
#include "gateway/worker.h"

namespace tollgate {

// The token is looked at before anything is hashed: whoever has none takes no time of the threads that do it.
Error prove_setup(Call& call) {
    const std::string token = call.body.required_text("token");
    if (call.error()) return call.error();
    const Status good = check_setup_token(*call.services.store, token);
    return good.ok() ? hash_new_password(call) : api_error(good).error;
}

ApiAnswer set_up(Call& call, Change& change) {
    const std::string token = call.body.required_text("token");
    const NewUser wanted{.email = call.body.required_text("email"),
                         .name = call.body.required_text("name"),
                         .verified_by = VerifiedBy::the_operator};
    if (call.error()) return call.refusal();
    Status status = use_setup_token(change, token);
    if (!status.ok()) return api_error(status);
    const auto id = create_user(change, wanted);
    if (!id) return api_error(id.error());
    status = set_password(change, *id, call.password_hash);
    if (status.ok()) status = update_user(change, *id, {.is_operator = true});
    if (!status.ok()) return api_error(status);
    call.proven = ProvenPerson{.user = *id, .proofs = Proof::link, .password_set_ms = change.now_ms()};
    return signed_in_answer(call, change);
}

}  // namespace tollgate
