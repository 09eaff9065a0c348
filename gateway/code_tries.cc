#include "gateway/code_tries.h"

#include <iterator>

namespace tollgate {
namespace {

constexpr std::size_t kMany = 10'000;  // callers

}  // namespace

RateBucket& CodeTries::bucket_of(const std::string& caller, std::int64_t monotonic_ms) {
    RateBucket& bucket = buckets_[caller];
    bucket.refill(kPerMinute, monotonic_ms);
    return bucket;
}

std::int64_t CodeTries::wait_ms(const std::string& caller, std::int64_t monotonic_ms) {
    const std::lock_guard lock(mutex_);
    if (!buckets_.contains(caller)) return 0;
    return bucket_of(caller, monotonic_ms).wait_ms(kPerMinute, 1);
}

void CodeTries::failed(const std::string& caller, std::int64_t monotonic_ms) {
    const std::lock_guard lock(mutex_);
    if (buckets_.size() >= kMany) {
        for (auto one = buckets_.begin(); one != buckets_.end();) {
            one->second.refill(kPerMinute, monotonic_ms);
            one = one->second.full_in_ms(kPerMinute) == 0 ? buckets_.erase(one) : std::next(one);
        }
    }
    bucket_of(caller, monotonic_ms).take(1);
}

}  // namespace tollgate
