// The whole program, built by hand and stopped in two phases: what `tollgate serve` runs.
#pragma once

#include "gateway/config/config.h"
#include "store/status.h"

namespace tollgate {

// Builds every part in order of dependence, recovers the ledger, listens, serves until SIGTERM or SIGINT, drains.
// SIGHUP reloads (reload.h).
// A failed start is returned with what and where.
Status serve(Config config);
// The parts of a start that need no listener: prices, providers, trust stores.
Status check(const Config& config);

}  // namespace tollgate
