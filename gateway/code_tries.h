// How often each caller may try a code that is none: guessing one is to take longer than there is time for.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "accounting/money/limits.h"

namespace tollgate {

// Any thread. Tries come back evenly, kPerMinute of them in a minute.
class CodeTries {
  public:
    static constexpr std::int64_t kPerMinute = 10;

    // How long the caller has to wait for a try; 0: not at all.
    std::int64_t wait_ms(const std::string& caller, std::int64_t monotonic_ms);
    // The caller tried a code that is none.
    void failed(const std::string& caller, std::int64_t monotonic_ms);

  private:
    RateBucket& bucket_of(const std::string& caller, std::int64_t monotonic_ms);

    std::mutex mutex_;
    std::unordered_map<std::string, RateBucket> buckets_;  // guarded; full ones are forgotten when there are many
};

}  // namespace tollgate
