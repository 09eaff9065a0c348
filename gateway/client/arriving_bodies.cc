#include "gateway/client/arriving_bodies.h"

#include <algorithm>

namespace tollgate {

std::optional<ArrivingBodies::Place> ArrivingBodies::take(const Id128& whose, std::uint64_t free, std::uint64_t all) {
    const std::uint64_t most = std::max({kTimesWhatIsFree * free, all / kLeastPart, std::uint64_t{1}});
    std::uint64_t& own = coming_[whose];
    if (own >= most) return std::nullopt;
    ++own;
    return Place(*this, whose);
}

ArrivingBodies::Place::~Place() {
    if (bodies_ == nullptr) return;
    const auto own = bodies_->coming_.find(whose_);
    if (--own->second == 0) bodies_->coming_.erase(own);
}

}  // namespace tollgate
