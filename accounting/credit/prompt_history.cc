#include "accounting/credit/prompt_history.h"

#include <algorithm>

namespace tollgate {

std::int64_t PromptHistory::Ratios::usual_tokens(std::int64_t bytes) const {
    return (bytes * mean_tokens_per_mib + kMib / 2) / kMib;
}

std::int64_t PromptHistory::Ratios::most_tokens(std::int64_t bytes) const {
    return (bytes * p99_tokens_per_mib + kMib - 1) / kMib;
}

void PromptHistory::add(std::size_t endpoint, std::int64_t bytes, std::int64_t tokens) {
    if (endpoint >= kMostEndpoints || bytes < kLeastPromptBytes || tokens <= 0) return;
    if (endpoint >= endpoints_.size()) endpoints_.resize(endpoint + 1);
    std::unique_ptr<Samples>& samples = endpoints_[endpoint];
    if (samples == nullptr) samples = std::make_unique<Samples>();
    samples->add(std::clamp((std::min(tokens, bytes) * kMib + bytes / 2) / bytes, kLeastRatio, kMostRatio));
}

std::optional<PromptHistory::Ratios> PromptHistory::learned(std::size_t endpoint) const {
    if (endpoint >= endpoints_.size() || endpoints_[endpoint] == nullptr) return std::nullopt;
    const Ratios& ratios = endpoints_[endpoint]->learned;
    if (ratios.mean_tokens_per_mib == 0) return std::nullopt;
    return ratios;
}

void PromptHistory::Samples::add(std::int64_t ratio) {
    ++in[static_cast<std::size_t>((ratio - kLeastRatio + kBucketWidth - 1) / kBucketWidth)];
    sum += ratio;
    if (++count % kLeastSamples == 0) learned = measure();
    if (count == kMostSamples) fade();
}

PromptHistory::Ratios PromptHistory::Samples::measure() const {
    const std::int64_t mean = (sum + count / 2) / count;
    std::uint32_t above = count / 100;
    std::size_t bucket = kBuckets - 1;
    while (bucket > 0 && in[bucket] <= above) above -= in[bucket--];
    return {.mean_tokens_per_mib = static_cast<std::uint32_t>(mean),
            .p99_tokens_per_mib = static_cast<std::uint32_t>(std::max(mean, bound(bucket)))};
}

void PromptHistory::Samples::fade() {
    const std::uint32_t before = count;
    count = 0;
    for (std::uint16_t& one : in) count += one /= 2;
    sum = sum * count / before;  // counts are rounded down: the mean stays what it was
}

}  // namespace tollgate
