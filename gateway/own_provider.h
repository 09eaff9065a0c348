// A provider as one of an organization's own keys reaches it: the configured one, one that the catalogue describes, or
// the organization's own endpoint.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "accounting/accounts/provider_key.h"
#include "gateway/routing/catalogue.h"
#include "gateway/routing/own_key.h"
#include "gateway/services.h"
#include "store/status.h"

namespace tollgate {

BreakerOptions breaker_options(const RoutingConfig& routing);

// Opens the secret, for the place that it was stored for and for no other. `operators`: in force; says what providers
// are. `tls`: for whoever is verified by the system's trust store. Blocks. Errors say why no request can go with the
// key, and hold nothing of it.
Result<std::shared_ptr<const OwnKey>> open_own_key(const Services& services, const Catalogue& operators,
                                                   const ProviderKey& key,
                                                   std::shared_ptr<boost::asio::ssl::context> tls);
// In place of a key that could not be opened, so that plans know of it: it has no credential.
std::shared_ptr<const OwnKey> unopened_own_key(const Services& services, const Catalogue& operators,
                                               const ProviderKey& key,
                                               const std::shared_ptr<boost::asio::ssl::context>& tls);

}  // namespace tollgate
