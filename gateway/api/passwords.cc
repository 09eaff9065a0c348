#include "gateway/api/passwords.h"

#include <openssl/crypto.h>

#include "accounting/accounts/password.h"
#include "accounting/accounts/person_link.h"
#include "accounting/secrets/password_hash.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

ApiAnswer changed_answer() {
    JsonWriter json;
    json.object().key("changed").flag(true);
    return json_answer(json.end());
}

// Hashes what the body names, and leaves nothing else of it.
Error hash_new_password(Call& call) {
    std::string password = call.body.required_text("password");
    Status status = call.error() ? Status() : check_password("password", password);
    if (status.ok() && !call.error()) {
        auto hash = hash_password(password);
        if (hash) call.password_hash = std::move(*hash);
        if (!hash) status = hash.error();
    }
    OPENSSL_cleanse(password.data(), password.size());
    if (call.error()) return call.error();
    return status.ok() ? Error() : api_error(status).error;
}

}  // namespace

ApiAnswer create_password_link(Call& call, Change& change) {
    const auto id = parse_uuid(call.path("user"));
    if (!id || change.directory().find_user(*id) == nullptr) {
        return api_error(ErrorKind::not_found, "there is no such user");
    }
    const std::string token = make_person_link(change, *id, PersonLinkKind::password);
    JsonWriter json;
    json.object().key("link").text(call.services.config.accounts.public_url + "/#/password?token=" + token);
    json.key("expires_at").time(call.request.now_ms + lifetime_ms(PersonLinkKind::password));
    ApiAnswer answer = json_answer(json.end(), 201);
    answer.secret_of = user_document_key(to_uuid(*id));
    return answer;
}

// The link is looked at before anything is hashed: whoever has none takes no time of the threads that do it.
Error prove_password_link(Call& call) {
    const std::string token = call.body.required_text("token");
    if (call.error()) return call.error();
    const auto user = find_person_link(*call.services.store, token, LinkUse::choose_password, call.request.now_ms);
    return user ? hash_new_password(call) : api_error(user.error()).error;
}

ApiAnswer confirm_password_link(Call& call, Change& change) {
    const auto user = use_person_link(change, call.body.required_text("token"), LinkUse::choose_password);
    if (!user) return api_error(user.error());
    const Status set = set_password(change, *user, call.password_hash);
    if (!set.ok()) return api_error(set);
    end_sessions(change, *user);
    change.concerns({}, user_document_key(to_uuid(*user)));
    return changed_answer();
}

}  // namespace tollgate
