// Models that are named by an ARN of AWS are in the region that it says, and only a provider of that region can be
// asked for them: elsewhere the name is unknown.
#pragma once

#include <vector>

#include "gateway/catalogue/price_list.h"
#include "gateway/routing/provider.h"
#include "store/status.h"

namespace tollgate {

// Where a provider is, by what it is signed for, or else by its host; empty: it does not say.
std::string_view region_of(const Provider& provider);

// invalid: names the first model whose provider is elsewhere, and what to do.
Status check_regions(const PriceList& prices, const std::vector<Provider>& providers);

}  // namespace tollgate
