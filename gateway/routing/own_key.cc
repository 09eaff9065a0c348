#include "gateway/routing/own_key.h"

namespace tollgate {

RoutingHealth OwnHealth::now(std::int64_t now_ms) const {
    RoutingHealth health;
    health.breaker = breaker_.state(now_ms);
    health.rate_limited = now_ms < rests_until_ms_.load(std::memory_order_relaxed);
    return health;
}

void OwnHealth::rest_until(std::int64_t until_ms, std::int64_t now_ms) {
    const std::int64_t until = std::min(until_ms, now_ms + HealthBoard::kLongestRestMs);
    std::int64_t before = rests_until_ms_.load(std::memory_order_relaxed);
    while (before < until && !rests_until_ms_.compare_exchange_weak(before, until, std::memory_order_relaxed)) {
    }
}

bool OwnKey::allows_model(const Model& model) const {
    const std::vector<std::string>& allowed = facts_.allowed_models;
    if (allowed.empty() || facts_.is_custom) return true;
    const auto is_meant = [&](const std::string& name) {
        return name == model.id || std::ranges::find(model.aliases, name) != model.aliases.end();
    };
    return std::ranges::any_of(allowed, is_meant);
}

OwnHealth& OwnKey::health_of(std::uint64_t endpoint) const {
    const std::lock_guard lock(mutex_);
    return health_.try_emplace(endpoint, options_).first->second;
}

}  // namespace tollgate
