#include "gateway/api/second_factors.h"

#include <algorithm>

#include "accounting/accounts/authenticator_app.h"
#include "accounting/accounts/mailable.h"
#include "accounting/accounts/outbox.h"
#include "accounting/accounts/passkey.h"
#include "accounting/secrets/totp.h"
#include "gateway/webauthn/relying_party.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::string_view kIssuer = "Tollgate";

// Where people would look for the account in an app: many have several gateways.
std::string issuer_of(const Call& call) {
    const auto party = webauthn::relying_party_of(call.services.config.accounts.public_url);
    return std::string(kIssuer) + (party ? " " + party->id : std::string());
}

ApiAnswer recovery_codes_answer(const Call& call, const std::vector<std::string>& codes) {
    JsonWriter json;
    json.object();
    write_recovery_codes(codes, json);
    ApiAnswer answer = json_answer(json.end());
    answer.secret_of = user_document_key(to_uuid(call.request.caller.user));
    return answer;
}

std::vector<Id128> organizations_that_require_it(const Directory& directory, const Id128& user) {
    std::vector<Id128> all = directory.organizations_of(user);
    std::erase_if(all, [&](const Id128& id) {
        return directory.find_membership(id, user)->role != Role::owner ||
               !directory.find_organization(id)->policy.owners_need_second_factor;
    });
    return all;
}

}  // namespace

void tell_of_sign_in_change(const Call& call, Change& change, const Id128& id, const std::string& what) {
    const User* const user = change.directory().find_user(id);
    if (call.services.mailer != nullptr && user != nullptr && user->verified() && can_be_mailed(user->email)) {
        const std::string& address = call.request.caller.address;
        // More of them in a day than anybody reads are not sent: the first ones were.
        (void)queue_mail(change, {.kind = MailKind::security,
                                  .to = user->email,
                                  .text = what + "\n\nIt was done from " +
                                          (address.empty() ? "an unknown address" : address) + ".\n",
                                  .subject = make_uuid7(call.request.now_ms)});
    }
    change.concerns({}, user_document_key(to_uuid(id)));
}

void write_recovery_codes(const std::vector<std::string>& codes, JsonWriter& json) {
    json.key("recovery_codes");
    if (codes.empty()) {
        json.null();
        return;
    }
    json.array();
    for (const std::string& code : codes) json.text(code);
    json.end();
}

ApiAnswer show_second_factors(Call& call) {
    const Id128& user = call.request.caller.user;
    const auto factors = find_second_factors(*call.services.store, user);
    if (!factors) return api_error(factors.error());
    const auto passkeys = passkeys_of(*call.services.store, user);
    if (!passkeys) return api_error(passkeys.error());
    const auto party = webauthn::relying_party_of(call.services.config.accounts.public_url);
    const auto stranded =
        std::ranges::count_if(*passkeys, [&](const Passkey& one) { return !party || one.rp_id != party->id; });
    JsonWriter json;
    json.object().key("totp");
    factors->app_ms == 0 ? json.null() : json.object().key("since").time(factors->app_ms).end();
    json.key("recovery_codes");
    factors->recovery_codes_ms == 0 ? json.null()
                                    : json.object()
                                          .key("left")
                                          .number(factors->recovery_codes_left)
                                          .key("made_at")
                                          .time(factors->recovery_codes_ms)
                                          .end();
    json.key("passkeys").number(static_cast<std::int64_t>(passkeys->size()));
    json.key("stranded_passkeys").number(stranded).key("passkeys_available").flag(party.has_value());
    json.key("required_by").array();
    for (const Id128& id : organizations_that_require_it(*call.directory, user)) json.text(to_uuid(id));
    return json_answer(json.end().end());
}

ApiAnswer begin_totp(Call& call, Change& change) {
    const User* const user = change.directory().find_user(call.request.caller.user);
    const auto secret = begin_app(change, user->id);
    if (!secret) return api_error(secret.error());
    JsonWriter json;
    json.object().key("secret").text(base32(secret->text()));
    json.key("otpauth_url").text(otpauth_url(issuer_of(call), user->email, secret->text())).end();
    ApiAnswer answer = json_answer(json);
    answer.secret_of = user_document_key(to_uuid(user->id));
    return answer;
}

ApiAnswer confirm_totp(Call& call, Change& change) {
    const std::string code = call.body.required_text("code");
    if (call.error()) return call.refusal();
    const auto codes = confirm_app(change, call.request.caller.user, code);
    if (!codes) return api_error(codes.error());
    tell_of_sign_in_change(call, change, call.request.caller.user, "An authenticator app was set up for your account.");
    return recovery_codes_answer(call, *codes);
}

ApiAnswer delete_totp(Call& call, Change& change) {
    const Status removed = remove_app(change, call.request.caller.user);
    if (!removed.ok()) return api_error(removed);
    tell_of_sign_in_change(call, change, call.request.caller.user,
                           "The authenticator app of your account was removed.");
    JsonWriter json;
    return json_answer(json.object().key("deleted").flag(true).end());
}

ApiAnswer replace_recovery_codes(Call& call, Change& change) {
    const auto codes = make_recovery_codes(change, call.request.caller.user);
    if (!codes) return api_error(codes.error());
    tell_of_sign_in_change(call, change, call.request.caller.user,
                           "The recovery codes of your account were replaced by new ones.");
    return recovery_codes_answer(call, *codes);
}

}  // namespace tollgate
