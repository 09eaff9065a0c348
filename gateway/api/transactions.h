// What moves an organization's credit apart from usage, and the list of all that did: credits, purchases, refunds,
// transfers, adjustments, charge-backs, transactions. API thread.
#pragma once

#include <optional>

#include "gateway/api/api.h"

namespace tollgate {

struct Services;

// nullopt if the path is none of these. The root key may do all of it, an organization's management key may read what
// is its own.
std::optional<ApiAnswer> answer_transactions(Services& services, const ApiRequest& request);

}  // namespace tollgate
