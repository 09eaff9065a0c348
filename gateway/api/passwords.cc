#include "gateway/api/passwords.h"

#include <openssl/crypto.h>

#include "accounting/accounts/mailable.h"
#include "accounting/accounts/outbox.h"
#include "accounting/accounts/password.h"
#include "accounting/accounts/person_link.h"
#include "accounting/secrets/password_hash.h"
#include "gateway/api/proven_session.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

ApiAnswer changed_answer() {
    JsonWriter json;
    json.object().key("changed").flag(true);
    return json_answer(json.end());
}

}  // namespace

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

ApiAnswer create_password_link(Call& call, Change& change) {
    const auto id = parse_uuid(call.path("user"));
    if (!id || change.directory().find_user(*id) == nullptr) {
        return api_error(ErrorKind::not_found, "there is no such user");
    }
    const std::string token = make_person_link(change, *id, PersonLinkKind::password);
    JsonWriter json;
    json.object().key("link").text(call.services.config.accounts.public_url +
                                   link_path(PersonLinkKind::password, token));
    json.key("expires_at").time(call.request.now_ms + lifetime_ms(PersonLinkKind::password));
    ApiAnswer answer = json_answer(json.end(), 201);
    answer.secret_of = user_document_key(to_uuid(*id));
    return answer;
}

Error prove_password_change(Call& call) {
    Error wrong = prove_current_password(call);
    return wrong ? wrong : hash_new_password(call);
}

ApiAnswer change_my_password(Call& call, Change& change) {
    const Caller& caller = call.request.caller;
    if (!call.proven) return api_error(wrong_credentials());
    const Id128 user = call.proven->user;
    ApiAnswer answer;
    if (caller.kind == CallerKind::session) {
        auto lines = renew_proven_session(call, change);
        if (!lines) return api_error(std::move(lines.error()));
        answer.headers = std::move(*lines);
    }
    const Status set = set_password(change, user, call.password_hash);
    if (!set.ok()) return api_error(set);
    end_sessions(change, user, caller.kind == CallerKind::session ? caller.key : KeyDigest());
    answer.body = changed_answer().body;
    return answer;
}

// Where nobody has the address, or it gets no more mail today, a link to nobody is stored: a disk is as slow for one as
// for the other, and a stranger fills none with letters to addresses that he makes up.
ApiAnswer request_password_reset(Call& call, Change& change) {
    const std::string typed = call.body.required_text("email");
    if (call.error()) return call.refusal();
    if (!call.services.config.mail.is_on()) {
        return api_error(
            Status(StatusCode::conflict, "this gateway sends no mail: ask its operator for a link", "no_mail"));
    }
    const auto email = normal_email("email", typed);
    if (!email) return api_error(email.error());
    // An address of another script cannot be mailed, whoever has it.
    const User* const user = can_be_mailed(*email) ? change.directory().find_user_by_email(*email) : nullptr;
    const Status queued = user == nullptr
                              ? Status(StatusCode::full, "")
                              : queue_mail(change, {.kind = MailKind::password, .to = *email, .subject = user->id});
    if (queued.code() == StatusCode::full) {
        (void)make_person_link(change, {}, PersonLinkKind::mailed_password);
    } else if (!queued.ok()) {
        return api_error(queued);
    }
    JsonWriter json;
    json.object().key("sent_to").text(*email);
    return json_answer(json.end(), 202);
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
