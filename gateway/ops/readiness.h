// Whether the gateway takes requests, and what keeps it from that: what /health/ready says, and the operator's page.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "accounting/ledger/ledger.h"

namespace tollgate {

struct Readiness {
    bool draining = false;      // SIGTERM was received
    bool overloaded = false;    // requests were refused lately, because slots or memory were exhausted for everybody
    bool read_only = false;     // the ledger is
    std::string why_read_only;  // its last failure, while it is

    bool ready() const { return !draining && !overloaded && !read_only; }
};

// Any thread. `shed_at_ms` is when such a request was last refused, `now_ms` the same clock: monotonic.
Readiness readiness_of(const std::atomic<bool>& draining, const std::atomic<std::int64_t>& shed_at_ms,
                       const Ledger& ledger, std::int64_t now_ms);

}  // namespace tollgate
