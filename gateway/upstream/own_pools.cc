#include "gateway/upstream/own_pools.h"

namespace tollgate {
namespace {

constexpr auto kKept = std::chrono::minutes(1);  // after its last use, so that between two looks nothing begins

}  // namespace

UpstreamPool& OwnPools::of(const std::shared_ptr<const Provider>& provider, wire::Clock::time_point now) {
    Entry& entry = pools_.try_emplace(provider.get(), executor_, provider, policy_).first->second;
    entry.used = now;
    return entry.pool;
}

void OwnPools::sweep(wire::Clock::time_point now) {
    for (auto one = pools_.begin(); one != pools_.end();) {
        Entry& entry = one->second;
        entry.pool.sweep(now);
        const bool gone = now - entry.used > kKept && !entry.pool.is_in_use();
        one = gone ? pools_.erase(one) : std::next(one);
    }
}

void OwnPools::close_idle() {
    for (auto& [provider, entry] : pools_) entry.pool.close_idle();
}

}  // namespace tollgate
