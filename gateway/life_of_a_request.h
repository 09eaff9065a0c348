// The one place that knows the order of a request's phases.
#pragma once

#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Takes the request whose head is in `connection.request` to its end: answered, settled, counted and logged.
wire::Awaitable<void> life_of_a_request(Connection& connection);

}  // namespace tollgate
