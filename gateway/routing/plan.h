// Which endpoint a request goes to: model named or defaulted, aliases resolved, the organization's provider preferred.
#pragma once

#include "gateway/exchange/request_context.h"

namespace tollgate {

// Sets request.endpoint, or answers model_required, model_not_found, invalid_request.
Error plan(const Catalogue& catalogue, RequestContext& request);

}  // namespace tollgate
