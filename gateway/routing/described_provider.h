// A provider of the configuration that names no base_url: it is the one that the catalogue describes.
#pragma once

#include "gateway/catalogue/price_list.h"
#include "gateway/config/config.h"
#include "store/status.h"

namespace tollgate {

// Gives each such provider its address, its dialect, how its key is sent and what else is known of it. A provider with
// a base_url of its own stays as it is: what stands there may speak otherwise. invalid: the catalogue does not know the
// name, or the configuration leaves out what the address needs.
Status describe_providers(Config& config, const PriceList& catalogue);

}  // namespace tollgate
