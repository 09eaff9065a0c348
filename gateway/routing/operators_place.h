// What a place that an organization's key leads to is to the operator, who is trusted with addresses and declares what
// providers do with data. By the catalogue in force.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/catalogue.h"
#include "gateway/routing/provider.h"
#include "gateway/wire/reach.h"
#include "store/status.h"

namespace tollgate {

// The operator's provider of that name, where it is at that very base URL; else null. The operator named no other path
// of the same host.
const Provider* operators_at(const Catalogue& operators, std::string_view name, const BaseUrl& base);

// invalid: the operator calls a server of that host without any key. It answers whoever reaches it through the gateway
// alike, so that an organization's key would open to it the operator's machine and what the others have stored there.
// Names are compared as they are written: where one leads is judged when it is connected to.
Status check_tells_accounts_apart(const Catalogue& operators, const BaseUrl& base);

// Where those servers are, of those at that port. Waits for their names to be resolved.
std::vector<wire::ServerAddress> servers_without_accounts(const Catalogue& operators, const std::string& port);

}  // namespace tollgate
