// Providers of the configuration that the catalogue describes.
#pragma once

#include "gateway/catalogue/price_list.h"
#include "gateway/config/config.h"
#include "store/status.h"

namespace tollgate {

// Gives each provider without a base_url its address, its dialect, how its key is sent, its quirks and what else is
// known of it. One with a base_url of its own gets the quirks of its name beside those that it lists, and no more: what
// stands there may speak otherwise. invalid: there is no base_url and the catalogue does not know the name, or the
// configuration leaves out what the address needs.
Status describe_providers(Config& config, const PriceList& catalogue);

// The same of one, whatever base_url it has.
Status describe_provider(ProviderConfig& provider, const ProviderFacts& facts);

}  // namespace tollgate
