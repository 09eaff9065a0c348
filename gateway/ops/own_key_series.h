// Where requests by organizations' own keys are counted: apart from the operator's endpoints, whose figures no tenant
// moves, and all together, since there may be any number of tenants.
#pragma once

#include <cstddef>

#include "gateway/routing/catalogue.h"

namespace tollgate {

// As good as an endpoint's number in WorkerCounters, and the greatest of them: the same since the start.
inline std::size_t own_key_series(const Catalogue& catalogue) { return catalogue.room_for_numbers() + 1; }

}  // namespace tollgate
