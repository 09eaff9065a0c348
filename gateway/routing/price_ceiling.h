// Whether an endpoint charges more than somebody would pay.
#pragma once

#include "accounting/accounts/provider_preferences.h"
#include "gateway/catalogue/price_list.h"

namespace tollgate {

// So it is if any of its tiers is dearer: how long a prompt is at the provider is known afterwards.
bool is_dearer(const Endpoint& endpoint, const PriceCeiling& ceiling);

}  // namespace tollgate
