#include "gateway/api/sign_in_offers.h"

#include "gateway/webauthn/relying_party.h"
#include "gateway/worker.h"

namespace tollgate {

ApiAnswer show_sign_in_offers(Call& call) {
    const Config& config = call.services.config;
    JsonWriter json;
    json.object().key("set_up").flag(call.directory->has_operator());
    json.key("password").flag(call.services.accounts->vault().has_master_key());
    json.key("passkey").flag(webauthn::relying_party_of(config.accounts.public_url).has_value());
    json.key("password_reset").flag(config.mail.is_on());
    json.key("registration").flag(config.accounts.registration != Registration::closed);
    json.key("identity_providers").array();
    for (const auto& provider : call.services.identity_providers->all()) {
        json.object().key("id").text(provider->config().id).key("name").text(provider->config().name).end();
    }
    return json_answer(json.end().end());
}

}  // namespace tollgate
