#include "gateway/api/second_factor_proofs.h"

#include <algorithm>

#include "accounting/accounts/authenticator_app.h"
#include "gateway/api/call.h"
#include "gateway/api/passkeys.h"
#include "gateway/api/second_factors.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::unexpected<Error> unknown_passkey() {
    return std::unexpected(
        wrong_factor({StatusCode::denied, "the passkey is not known here, or was removed", "passkey_unknown"}));
}

Outcome<ProvenFactor> judge_passkey(const Call& call, const Id128& user, const PresentedAssertion& presented,
                                    Occasion occasion) {
    const auto party = relying_party(call.services);
    if (!party) return std::unexpected(party.error());
    const auto passkey = find_passkey(*call.services.store, passkey_id_of(presented.credential_id));
    if (!passkey && passkey.error().code() != StatusCode::not_found) {
        return std::unexpected(api_error(passkey.error()).error);
    }
    // An authenticator that says whose it is must say the same.
    const bool his = passkey && passkey->user == user &&
                     (presented.user_handle.empty() || presented.user_handle == user_handle_of(user));
    if (!his) return unknown_passkey();
    const auto use = occasion == Occasion::step_up ? challenge_of_session(call, webauthn::Purpose::step_up)
                                                   : webauthn::ChallengeUse{.purpose = webauthn::Purpose::sign_in};
    const auto state = webauthn::finish_assertion(
        {.party = *party, .challenges = call.services.passkey_challenges, .use = use, .now_ms = call.request.now_ms},
        presented.response, passkey->cose_key);
    if (!state) return std::unexpected(wrong_factor(state.error()));
    return ProvenFactor{.proof = Proof::passkey, .name = passkey->id, .passkey = passkey_state(*state)};
}

std::string lost_code_words(std::int64_t left) {
    if (left == 0) return "It was the last one. Make new ones, or you cannot get in when you lose your second factor.";
    return std::to_string(left) + (left == 1 ? " is left. Make new ones soon." : " are left.");
}

}  // namespace

Error wrong_factor(const Status& status) {
    const bool wrong = status.code() == StatusCode::denied || status.code() == StatusCode::invalid;
    if (!wrong) return api_error(status).error;
    Error error(ErrorKind::invalid_credentials, status.message());
    error.detail().extra = JsonWriter().key("reason").text(status.reason()).take();
    return error;
}

PresentedFactor read_factor(BodyFields& body) {
    PresentedFactor factor{.code = body.filled_text("code"), .recovery_code = body.filled_text("recovery_code")};
    if (body.has_value("passkey")) factor.passkey = read_assertion(body, "passkey");
    const int shown = (factor.code.empty() ? 0 : 1) + (factor.recovery_code.empty() ? 0 : 1) + (factor.passkey ? 1 : 0);
    if (shown > 1) body.fail(factor.passkey ? "passkey" : "recovery_code", "stands beside another second factor");
    return factor;
}

Outcome<ProvenFactor> judge_factor(const Call& call, const Id128& user, const PresentedFactor& presented,
                                   Occasion occasion) {
    Store& store = *call.services.store;
    if (presented.passkey) return judge_passkey(call, user, *presented.passkey, occasion);
    if (!presented.recovery_code.empty()) {
        const auto code = check_recovery_code(store, user, presented.recovery_code);
        if (!code) return std::unexpected(wrong_factor(code.error()));
        return ProvenFactor{.proof = Proof::recovery_code, .name = *code};
    }
    const auto step = check_app_code(store, call.services.accounts->vault(), user, presented.code, call.request.now_ms);
    if (!step) return std::unexpected(wrong_factor(step.error()));
    return ProvenFactor{.proof = Proof::totp, .app_step = *step};
}

Error use_factor(const Call& call, Change& change, const Id128& user, const ProvenFactor& factor) {
    Status used;
    if (factor.proof == Proof::totp) used = use_app_step(change, user, factor.app_step);
    if (factor.proof == Proof::passkey) used = note_passkey_use(change, user, factor.name, factor.passkey);
    if (factor.proof == Proof::recovery_code) {
        const auto left = use_recovery_code(change, user, factor.name);
        if (!left) return wrong_factor(left.error());
        tell_of_sign_in_change(call, change, user,
                               "A recovery code was used for your account. " + lost_code_words(*left));
    }
    return used.ok() ? Error() : wrong_factor(used);
}

Id128 owner_of(const Call& call, const PresentedAssertion& passkey) {
    const auto found = find_passkey(*call.services.store, passkey_id_of(passkey.credential_id));
    return found ? found->user : Id128{};
}

Error second_factor_required(const Call& call, const Id128& user) {
    const auto factors = find_second_factors(*call.services.store, user);
    if (!factors) return api_error(factors.error()).error;
    if (!factors->any()) return {};
    const auto passkeys = passkeys_of(*call.services.store, user);
    if (!passkeys) return api_error(passkeys.error()).error;
    const auto party = relying_party(call.services);
    const auto here =
        std::ranges::count_if(*passkeys, [&](const Passkey& one) { return party && one.rp_id == party->id; });
    JsonWriter json;
    json.key("factors").array();
    if (factors->app_ms != 0) json.text(to_string(Proof::totp));
    if (here > 0) json.text(to_string(Proof::passkey));
    if (factors->recovery_codes_left > 0) json.text(to_string(Proof::recovery_code));
    json.end().key("stranded_passkeys").number(static_cast<std::int64_t>(passkeys->size()) - here);
    Error error(ErrorKind::second_factor_required, "the password is right; show a second factor beside it");
    error.detail().extra = json.take();
    return error;
}

}  // namespace tollgate
