// Builds what the process has, in order of dependence, before anything listens.
#pragma once

#include "gateway/services.h"
#include "store/status.h"

namespace tollgate {

// Every part of `services`, by its configuration, and for its number of workers; the ledger is recovered. Threads are
// made, and not started. A failure says what and where.
Status open_services(Services& services);

}  // namespace tollgate
