#include "accounting/credit/prompt_history.h"

#include <algorithm>

namespace tollgate {

std::int64_t PromptHistory::Ratios::usual_tokens(std::int64_t bytes) const {
    return (bytes * mean_tokens_per_mib + kMib / 2) / kMib;
}

std::int64_t PromptHistory::Ratios::most_tokens(std::int64_t bytes) const {
    return (bytes * p99_tokens_per_mib + kMib - 1) / kMib;
}

void PromptHistory::add(std::int64_t bytes, std::int64_t tokens) {
    if (bytes < kLeastPromptBytes || tokens <= 0) return;
    const std::int64_t ratio =
        std::clamp((std::min(tokens, bytes) * kMib + bytes / 2) / bytes, kLeastRatio, kMostRatio);
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return;
    ++in_[static_cast<std::size_t>((ratio - kLeastRatio + kBucketWidth - 1) / kBucketWidth)];
    sum_ += ratio;
    if (++samples_ % kLeastSamples == 0) learned_.store(measure(), std::memory_order_relaxed);
    if (samples_ == kMostSamples) fade();
}

std::optional<PromptHistory::Ratios> PromptHistory::learned() const {
    const Ratios ratios = learned_.load(std::memory_order_relaxed);
    if (ratios.mean_tokens_per_mib == 0) return std::nullopt;
    return ratios;
}

PromptHistory::Ratios PromptHistory::measure() const {
    const std::int64_t mean = (sum_ + samples_ / 2) / samples_;
    std::uint32_t above = samples_ / 100;
    std::size_t bucket = kBuckets - 1;
    while (bucket > 0 && in_[bucket] <= above) above -= in_[bucket--];
    return {.mean_tokens_per_mib = static_cast<std::uint32_t>(mean),
            .p99_tokens_per_mib = static_cast<std::uint32_t>(std::max(mean, bound(bucket)))};
}

void PromptHistory::fade() {
    const std::uint32_t before = samples_;
    samples_ = 0;
    for (std::uint16_t& count : in_) samples_ += count /= 2;
    sum_ = sum_ * samples_ / before;  // counts are rounded down: the mean stays what it was
}

}  // namespace tollgate
