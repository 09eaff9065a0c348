// Where a request comes from.
#pragma once

#include "gateway/wire/http_head.h"
#include "gateway/wire/networks.h"

namespace tollgate {

// The address of the connection's other end. If that is a trusted proxy: the last address in X-Forwarded-For that is
// none of theirs. What stands before it was sent by whoever called the proxies, and is not believed. What is no address
// ends the look: the proxy behind it is the client then.
wire::IpAddress client_address(const wire::IpAddress& peer, const wire::RequestHead& head,
                               const wire::Networks& trusted_proxies);

}  // namespace tollgate
