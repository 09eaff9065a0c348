// Access tokens for the providers that want those of a service account of Google Cloud.
#pragma once

#include <vector>

#include "gateway/config/config.h"
#include "gateway/log/log.h"
#include "gateway/routing/provider.h"
#include "store/status.h"

namespace tollgate {

// Gives such providers their signers, which ask for tokens from now on. invalid: names the provider whose key file
// cannot be used.
Status start_google_signers(const std::vector<ProviderConfig>& configs, std::vector<Provider>& providers,
                            const Logger& logger);

}  // namespace tollgate
