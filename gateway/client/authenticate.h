// From the key in the head to who is asking, in one look-up.
#pragma once

#include "accounting/accounts/directory.h"
#include "gateway/exchange/request_context.h"

namespace tollgate {

// Takes the key out of the head: only its digest stays.
void note_key(const wire::RequestHead& head, RequestContext& request);
// invalid_api_key when it is absent, unknown, disabled, expired or of a closed organization.
Error authenticate(const Directory& directory, RequestContext& request);

}  // namespace tollgate
