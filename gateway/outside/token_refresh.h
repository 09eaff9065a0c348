// When a token that ends is asked for anew, sans I/O: ahead of its end, one asking at a time, further and further apart
// while it fails. A token stays in use until just before it ends, however often a new one was refused.
#pragma once

#include <cstdint>

namespace tollgate {

// Times are the caller's, in milliseconds of a clock that is never set.
class TokenRefresh {
  public:
    static constexpr std::int64_t kAheadMs = 300'000;        // of the end; at most half of the lifetime
    static constexpr std::int64_t kLeastLeftMs = 15'000;     // with less it is not used: requests take their time
    static constexpr std::int64_t kFirstPauseMs = 1'000;     // after a failure, then twice as long each time
    static constexpr std::int64_t kLongestPauseMs = 60'000;  //
    static constexpr std::int64_t kLongestLifetimeMs = 86'400'000;  // that is believed

    // When the next asking is due; at once, to begin with. Nothing is while one runs.
    std::int64_t due_ms() const { return due_ms_; }
    bool is_due(std::int64_t now_ms) const { return !asking_ && now_ms >= due_ms_; }
    void begin() { asking_ = true; }

    // How the asking ended, which began before.
    void succeed(std::int64_t lifetime_seconds, std::int64_t now_ms);
    void fail(std::int64_t now_ms);

    // Until when the token in hand may be used; 0: there is none.
    std::int64_t usable_until_ms() const { return usable_until_ms_; }

  private:
    bool asking_ = false;
    std::int64_t due_ms_ = 0, usable_until_ms_ = 0;
    std::int64_t pause_ms_ = kFirstPauseMs;  // after the next failure
};

}  // namespace tollgate
