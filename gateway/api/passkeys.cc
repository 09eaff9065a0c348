#include "gateway/api/passkeys.h"

#include <algorithm>

#include "gateway/api/proven_session.h"
#include "gateway/api/ways_to_sign_in.h"
#include "gateway/text/base64.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

void write_passkey(const Call& call, const Passkey& passkey, JsonWriter& json) {
    const auto party = relying_party(call.services);
    json.object().key("id").text(to_hex(passkey.id)).key("name").text(passkey.name);
    json.key("credential_id").text(base64_url(passkey.credential_id)).key("rp_id").text(passkey.rp_id);
    json.key("works_here").flag(party && party->id == passkey.rp_id);
    json.key("user_verified").flag(passkey.state.user_verified).key("backed_up").flag(passkey.state.backed_up);
    json.key("transports").array();
    for (const std::string& transport : passkey.transports) json.text(transport);
    json.end().key("created_at").time(passkey.created_ms).key("last_used_at").time(passkey.last_used_ms).end();
}

std::string make_challenge(const Call& call, const webauthn::ChallengeUse& use) {
    return call.services.passkey_challenges.make(use, call.request.now_ms);
}

ApiAnswer options_answer(JsonWriter& json) {
    ApiAnswer answer = json_answer(json.end());
    answer.headers = kNoStoreLine;
    return answer;
}

// Those of the caller that work here: to use, or to make no second one on the same authenticator.
Outcome<std::vector<Passkey>> passkeys_here(const Call& call, const webauthn::RelyingParty& party) {
    auto all = passkeys_of(*call.services.store, call.request.caller.user);
    if (!all) return std::unexpected(api_error(all.error()).error);
    std::erase_if(*all, [&party](const Passkey& one) { return one.rp_id != party.id; });
    return std::move(*all);
}

}  // namespace

Outcome<webauthn::RelyingParty> relying_party(const Services& services) {
    auto party = webauthn::relying_party_of(services.config.accounts.public_url);
    if (party) return std::move(*party);
    return std::unexpected(
        api_error(Status(StatusCode::conflict,
                         "browsers have no passkeys here: accounts.public_url must be https:// and a host's name, or "
                         "http://localhost",
                         "passkeys_unavailable"))
            .error);
}

webauthn::ChallengeUse challenge_of_session(const Call& call, webauthn::Purpose purpose) {
    return {.purpose = purpose, .session = to_hex(call.request.caller.key), .user = to_uuid(call.request.caller.user)};
}

ApiAnswer list_my_passkeys(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    auto passkeys = passkeys_of(*call.services.store, call.request.caller.user);
    if (!passkeys) return api_error(passkeys.error());
    const auto part = page_of(
        page, std::move(*passkeys), [](const Passkey& one) { return std::tuple(one.created_ms, one.id); },
        [](const Passkey& one) { return place_of(one.created_ms, to_hex(one.id)); });
    JsonWriter json;
    write_page(part, [&](const Passkey& one) { write_passkey(call, one, json); }, json);
    return json_answer(json);
}

ApiAnswer make_registration_options(Call& call) {
    const auto party = relying_party(call.services);
    if (!party) return api_error(party.error());
    const auto known = passkeys_here(call, *party);
    if (!known) return api_error(known.error());
    const std::string challenge = make_challenge(call, challenge_of_session(call, webauthn::Purpose::registration));
    JsonWriter json;
    json.object().key("publicKey");
    write_creation_options(*party, *call.directory->find_user(call.request.caller.user), challenge, *known, json);
    return options_answer(json);
}

ApiAnswer create_my_passkey(Call& call, Change& change) {
    Passkey passkey{.user = call.request.caller.user, .name = call.body.required_text("name")};
    PresentedRegistration presented = read_registration(call.body, "credential");
    if (call.error()) return call.refusal();
    const auto party = relying_party(call.services);
    if (!party) return api_error(party.error());
    auto made = webauthn::finish_registration({.party = *party,
                                               .challenges = call.services.passkey_challenges,
                                               .use = challenge_of_session(call, webauthn::Purpose::registration),
                                               .now_ms = call.request.now_ms},
                                              presented.response);
    if (!made) return api_error(made.error());
    if (made->id != presented.credential_id) {
        return api_error(
            Status(StatusCode::invalid, "the credential has another id than the page says", "passkey_malformed"));
    }
    passkey.credential_id = std::move(made->id);
    passkey.cose_key = std::move(made->cose_key);
    passkey.aaguid = std::move(made->aaguid);
    passkey.rp_id = party->id;
    passkey.transports = std::move(presented.transports);
    passkey.state = passkey_state(made->state);
    passkey.id = passkey_id_of(passkey.credential_id);
    passkey.created_ms = call.request.now_ms;
    const auto codes = add_passkey(change, passkey);
    if (!codes) return api_error(codes.error());
    tell_of_sign_in_change(call, change, call.request.caller.user,
                           "The passkey \"" + passkey.name + "\" was added to your account.");
    JsonWriter json;
    json.object().key("passkey");
    write_passkey(call, passkey, json);
    write_recovery_codes(*codes, json);
    ApiAnswer answer = json_answer(json.end(), 201);
    if (!codes->empty()) answer.secret_of = user_document_key(to_uuid(passkey.user));
    return answer;
}

ApiAnswer delete_my_passkey(Call& call, Change& change) {
    const auto id = parse_key_digest(call.path("passkey")).value_or(KeyDigest{});
    const auto passkey = find_passkey(*call.services.store, id);
    if (Status kept = check_can_still_sign_in(call, change, {.passkey = id}); !kept.ok()) return api_error(kept);
    const Status removed = remove_passkey(change, call.request.caller.user, id);
    if (!removed.ok()) return api_error(removed);
    if (passkey)
        tell_of_sign_in_change(call, change, call.request.caller.user,
                               "The passkey \"" + passkey->name + "\" was removed from your account.");
    JsonWriter json;
    return json_answer(json.object().key("deleted").flag(true).end());
}

ApiAnswer make_sign_in_options(Call& call) {
    const auto party = relying_party(call.services);
    if (!party) return api_error(party.error());
    JsonWriter json;
    json.object().key("publicKey");
    write_request_options(*party, make_challenge(call, {.purpose = webauthn::Purpose::sign_in}), {}, json);
    return options_answer(json);
}

ApiAnswer make_step_up_options(Call& call) {
    const auto party = relying_party(call.services);
    if (!party) return api_error(party.error());
    const auto allowed = passkeys_here(call, *party);
    if (!allowed) return api_error(allowed.error());
    JsonWriter json;
    json.object().key("publicKey");
    write_request_options(*party, make_challenge(call, challenge_of_session(call, webauthn::Purpose::step_up)),
                          *allowed, json);
    return options_answer(json);
}

}  // namespace tollgate
