// From the key in the head to who is asking: the key's record, then its organization's policy.
#pragma once

#include "accounting/accounts/directory.h"
#include "gateway/exchange/request_context.h"

namespace tollgate {

// Takes the key out of the head: only its digest stays.
void note_key(const wire::RequestHead& head, RequestContext& request);
// The request shares ownership of `directory` for as long as it uses the policy. invalid_api_key when it is absent,
// unknown, disabled, expired or of a closed organization.
Error authenticate(const std::shared_ptr<const Directory>& directory, CreditTable& credits, RequestContext& request);

}  // namespace tollgate
