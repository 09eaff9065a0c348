// Challenges of ceremonies: what an authenticator signs, so that an answer is to this question and no older one.
//
// Nothing is kept of a ceremony that was begun, since anybody may begin one: a challenge says itself what it is for and
// when it was made, and proves by an HMAC that it is ours. Kept is which ones were answered well, until they are too
// old.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "store/status.h"

namespace tollgate::webauthn {

enum class Purpose : std::uint8_t { registration = 1, sign_in, step_up };

// What a challenge counts for.
struct ChallengeUse {
    Purpose purpose = Purpose::sign_in;
    std::string session = {};  // that asked; empty for signing in, which has none yet
    std::string user = {};     // whose it is; the same
};

inline constexpr std::int64_t kChallengeLifetimeMs = 5LL * 60 * 1000;
inline constexpr std::size_t kMostUsedChallenges = 20'000;  // within their lifetime

// Those of another process, or of this one before it began anew, count for nothing. Any thread.
class Challenges {
  public:
    Challenges();

    std::string make(const ChallengeUse& use, std::int64_t now_ms);
    // invalid challenge_invalid: it is none of ours, is for something else, or too old.
    Status check(std::string_view challenge, const ChallengeUse& use, std::int64_t now_ms);
    // After the signature over it was found good: counts once. challenge_invalid: it was used; full.
    Status use_up(std::string_view challenge, std::int64_t now_ms);

  private:
    static constexpr std::size_t kKeyBytes = 32;
    std::string proof_of(std::string_view front, const ChallengeUse& use) const;
    // The clock is never set back, or what was used would be forgotten and count again.
    std::int64_t at(std::int64_t now_ms);

    std::array<unsigned char, kKeyBytes> key_{};
    std::mutex mutex_;  // of what follows
    std::int64_t latest_ms_ = 0;
    std::unordered_set<std::string> used_;
    std::deque<std::pair<std::int64_t, std::string>> used_in_order_;  // with when it may be forgotten
};

}  // namespace tollgate::webauthn
