#include "gateway/outside/call_gate.h"

namespace tollgate {

bool CallGate::enter(const Id128& organization) {
    const std::lock_guard lock(mutex_);
    if (calls_ == most_calls_) return false;
    std::uint32_t& own = of_[organization];
    if (own == most_of_one_) return false;
    ++own;
    ++calls_;
    return true;
}

void CallGate::leave(const Id128& organization) {
    const std::lock_guard lock(mutex_);
    --calls_;
    const auto own = of_.find(organization);
    if (--own->second == 0) of_.erase(own);
}

}  // namespace tollgate
