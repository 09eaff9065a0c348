// The operations listener: /metrics, /health/live, /health/ready, and POST /ledger/checkpoint for the ledger's tools.
// On the control thread, by Beast: nothing here is hot.
#pragma once

#include "gateway/ops/checkpoints.h"
#include "gateway/ops/metrics.h"
#include "gateway/wire/asio.h"

namespace tollgate {

// Serves until the acceptor is closed. All arguments must outlive it.
wire::Awaitable<void> serve_operations(wire::Acceptor& acceptor, const Metrics& metrics, const Services& services,
                                       Checkpoints& checkpoints);

}  // namespace tollgate
