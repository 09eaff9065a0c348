// The operations listener: /metrics, /health/live, /health/ready, and POST /ledger/checkpoint for the ledger's tools.
// On the control thread, by Beast: nothing here is hot. Who is served says operations_guard.h.
#pragma once

#include <atomic>
#include <span>
#include <string>

#include "accounting/ledger/ledger.h"
#include "gateway/ops/checkpoints.h"
#include "gateway/ops/metrics.h"
#include "gateway/thread_pool.h"
#include "gateway/wire/asio.h"

namespace tollgate {

// What it shows and starts; all must outlive it.
struct OperationsParts {
    const Metrics& metrics;
    const Ledger& ledger;                         // ready: it takes requests
    const std::atomic<bool>& draining;            // not ready: the gateway is stopping
    const std::atomic<std::int64_t>& shed_at_ms;  // not ready for some seconds: it refused for want of slots or memory
    Checkpoints& checkpoints;
    ThreadPool& blocking;                // where they are made
    std::span<const std::string> hosts;  // further names that the listener is called by
};

// Serves until the acceptor is closed.
wire::Awaitable<void> serve_operations(wire::Acceptor& acceptor, OperationsParts parts);

}  // namespace tollgate
