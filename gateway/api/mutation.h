// A call that changes accounts, as one Change: with its caller, its audit row, and the answer for a repeated call.
#pragma once

#include <functional>
#include <string>

#include "accounting/accounts/change.h"
#include "gateway/api/api.h"

namespace tollgate {

struct Services;

// Runs `make` and commits what it staged, unless its answer is an error. A call that repeats an earlier one by its
// Idempotency-Key returns that one's answer and changes nothing. `make` renders its answer from change.directory().
ApiAnswer mutate(Services& services, const ApiRequest& request, std::string action,
                 const std::function<ApiAnswer(Change&)>& make);

}  // namespace tollgate
