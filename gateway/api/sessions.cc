#include "gateway/api/sessions.h"

#include "accounting/accounts/person_link.h"
#include "accounting/accounts/second_factors.h"
#include "gateway/api/proven_session.h"
#include "gateway/worker.h"

namespace tollgate {

ApiAnswer sign_in(Call& call, Change& change) {
    if (call.body.has_value("link_token")) {
        const auto user = use_person_link(change, call.body.text("link_token"), LinkUse::sign_in);
        if (!user) return api_error(user.error());
    }
    return signed_in_answer(call, change);
}

ApiAnswer signed_in_answer(const Call& call, Change& change) {
    if (!call.proven) return api_error(wrong_credentials());
    const ProvenPerson& proven = *call.proven;
    auto lines = begin_proven_session(call, change);
    if (!lines) return api_error(std::move(lines.error()));
    const auto factors = find_second_factors(change, proven.user);
    if (!factors) return api_error(factors.error());
    const Directory& directory = change.directory();
    JsonWriter json;
    json.object().key("user");
    write_user(*directory.find_user(proven.user), json);
    json.key("session");
    write_session(call, *directory.find_session(proven.user, proven.secret.digest), json);
    json.key("recovery_codes_left");
    const bool one_less = proven.proofs.contains(Proof::recovery_code);
    one_less ? json.number(factors->recovery_codes_left) : json.null();
    ApiAnswer answer = json_answer(json.end(), 201);
    answer.headers = std::move(*lines);
    return answer;
}

ApiAnswer sign_out(Call& call, Change& change) {
    const bool ended = end_browser_session(call, change);
    JsonWriter json;
    json.object().key("signed_out").flag(ended);
    ApiAnswer answer = json_answer(json.end());
    answer.headers = no_session_cookie_lines();
    return answer;
}

ApiAnswer step_up(Call& call, Change& change) {
    const Caller& caller = call.request.caller;
    auto lines = renew_proven_session(call, change);
    if (!lines) return api_error(std::move(lines.error()));
    JsonWriter json;
    json.object().key("session");
    write_session(call, *change.directory().find_session(caller.user, caller.key), json);
    ApiAnswer answer = json_answer(json.end());
    answer.headers = std::move(*lines);
    return answer;
}

ApiAnswer list_my_sessions(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    std::vector<const Session*> sessions = call.directory->sessions_of(call.request.caller.user);
    const std::int64_t idle_ms = call.services.config.accounts.session_idle_timeout_ms;
    std::erase_if(sessions, [&](const Session* one) { return one->is_over(call.request.now_ms, idle_ms); });
    const auto part = page_of(
        page, std::move(sessions), [](const Session* one) { return std::tuple(one->created_ms, one->id); },
        [](const Session* one) { return place_of(one->created_ms, to_hex(one->id)); });
    JsonWriter json;
    write_page(part, [&](const Session* one) { write_session(call, *one, json); }, json);
    return json_answer(json);
}

ApiAnswer delete_my_session(Call& call, Change& change) {
    const auto id = parse_key_digest(call.path("session"));
    const Status ended = end_session(change, call.request.caller.user, id.value_or(KeyDigest{}));
    if (!ended.ok()) return api_error(ended);
    JsonWriter json;
    json.object().key("deleted").flag(true);
    ApiAnswer answer = json_answer(json.end());
    if (id == call.request.caller.key) answer.headers = no_session_cookie_lines();
    return answer;
}

}  // namespace tollgate
