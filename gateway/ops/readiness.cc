#include "gateway/ops/readiness.h"

namespace tollgate {
namespace {

constexpr std::int64_t kSheddingMs = 5000;  // after a refusal for want of slots or memory: not ready

}  // namespace

Readiness readiness_of(const std::atomic<bool>& draining, const std::atomic<std::int64_t>& shed_at_ms,
                       const Ledger& ledger, std::int64_t now_ms) {
    Readiness readiness{.draining = draining,
                        .overloaded = now_ms - shed_at_ms.load(std::memory_order_relaxed) < kSheddingMs,
                        .read_only = !ledger.accepting(),
                        .why_read_only = {}};
    if (readiness.read_only) readiness.why_read_only = ledger.why_read_only();
    return readiness;
}

}  // namespace tollgate
