// From the key in the head to who is asking: the key's record, then its organization's policy.
#pragma once

#include "accounting/accounts/directory.h"
#include "gateway/exchange/exchange.h"

namespace tollgate {

// Takes the key out of the head: only its digest stays.
void note_key(const wire::RequestHead& from, Head& head);
// The principal shares ownership of `directory` for as long as it uses the policy. invalid_api_key when it is absent,
// unknown, disabled, expired or of a closed organization.
Outcome<Principal> authenticate(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                const Head& head);

}  // namespace tollgate
