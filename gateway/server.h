// The whole program, built by hand and stopped in two phases: what `tollgate serve` runs.
#pragma once

#include <string_view>

#include "gateway/config/config.h"
#include "store/status.h"

namespace tollgate {

// Builds every part in order of dependence, recovers the ledger, listens, serves until SIGTERM or SIGINT, drains.
// SIGHUP reloads (reload.h).
// A failed start is returned with what and where. `commit` is what the program was built of; empty: not known.
Status serve(ReadConfig read, std::string_view commit);

}  // namespace tollgate
