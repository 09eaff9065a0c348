#include "gateway/tell_stranded_passkeys.h"

#include "accounting/accounts/passkey.h"
#include "gateway/services.h"
#include "gateway/webauthn/relying_party.h"

namespace tollgate {

void tell_stranded_passkeys(const Services& services, const Logger& logger) {
    const auto party = webauthn::relying_party_of(services.config.accounts.public_url);
    const auto stranded = stranded_passkeys(*services.store, party ? party->id : std::string());
    if (!stranded) {
        logger.warning("passkeys could not be read", {{"why", stranded.error().message()}});
        return;
    }
    if (stranded->passkeys == 0) return;
    logger.warning(std::to_string(stranded->passkeys) + " passkeys of " + std::to_string(stranded->people) +
                   " people do not work at accounts.public_url: they were made for another host");
}

}  // namespace tollgate
