#include "gateway/outside/token_refresh.h"

#include <algorithm>

namespace tollgate {

void TokenRefresh::succeed(std::int64_t lifetime_seconds, std::int64_t now_ms) {
    const std::int64_t lifetime_ms = std::min(lifetime_seconds, kLongestLifetimeMs / 1000) * 1000;
    asking_ = false;
    pause_ms_ = kFirstPauseMs;
    usable_until_ms_ = now_ms + lifetime_ms - kLeastLeftMs;
    // Not at once, though a token may be of no use: that would be a loop.
    due_ms_ = now_ms + std::max(lifetime_ms - std::min(kAheadMs, lifetime_ms / 2), kFirstPauseMs);
}

void TokenRefresh::fail(std::int64_t now_ms) {
    asking_ = false;
    due_ms_ = now_ms + pause_ms_;
    pause_ms_ = std::min(pause_ms_ * 2, kLongestPauseMs);
}

}  // namespace tollgate
