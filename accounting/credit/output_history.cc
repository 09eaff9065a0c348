#include "accounting/credit/output_history.h"

#include <algorithm>

namespace tollgate {
namespace {

// Upper bounds: 1, 1, 2, 3, 4, 6, 8, 11, 16 ...: two steps to a doubling.
template <std::size_t Count>
constexpr std::array<std::int64_t, Count> make_bounds() {
    std::array<std::int64_t, Count> bounds{};
    for (std::size_t i = 0; i < Count; ++i) {
        const std::int64_t power = std::int64_t{1} << (i / 2);
        bounds[i] = i % 2 == 0 ? power : power * 1414 / 1000;
    }
    return bounds;
}

}  // namespace

OutputHistory::Counts* OutputHistory::counts_of(std::size_t endpoint) {
    if (endpoint >= kMostEndpoints) return nullptr;
    if (endpoint >= endpoints_.size()) endpoints_.resize(endpoint + 1);
    return &endpoints_[endpoint];
}

void OutputHistory::add(std::size_t endpoint, std::int64_t tokens) {
    static constexpr auto kBounds = make_bounds<kBuckets>();
    Counts* const found = counts_of(endpoint);
    if (found == nullptr) return;
    Counts& counts = *found;
    const auto bucket = std::ranges::lower_bound(kBounds, std::min(tokens, kBounds.back())) - kBounds.begin();
    ++counts.in[static_cast<std::size_t>(bucket)];
    if (++counts.samples < kMostSamples) return;
    counts.samples = 0;
    for (std::uint16_t& count : counts.in) counts.samples += count /= 2;
}

std::optional<std::int64_t> OutputHistory::p99(std::size_t endpoint) const {
    static constexpr auto kBounds = make_bounds<kBuckets>();
    if (endpoint >= endpoints_.size()) return std::nullopt;
    const Counts& counts = endpoints_[endpoint];
    if (counts.samples < kLeastSamples) return std::nullopt;
    std::uint32_t above = counts.samples / 100;
    std::size_t bucket = kBuckets - 1;
    while (bucket > 0 && counts.in[bucket] <= above) above -= counts.in[bucket--];
    return kBounds[bucket];
}

void OutputHistory::add_reasoning(std::size_t endpoint, std::int64_t tokens) {
    constexpr std::int64_t kMostTokens = std::int64_t{1} << 40;
    Counts* const counts = counts_of(endpoint);
    if (counts == nullptr) return;
    counts->reasoning_sum += std::clamp<std::int64_t>(tokens, 0, kMostTokens);
    if (++counts->reasoning_samples < kMostReasoningSamples) return;
    counts->reasoning_samples /= 2;
    counts->reasoning_sum /= 2;
}

std::optional<std::int64_t> OutputHistory::mean_reasoning(std::size_t endpoint) const {
    if (endpoint >= endpoints_.size()) return std::nullopt;
    const Counts& counts = endpoints_[endpoint];
    if (counts.reasoning_samples < kLeastReasoningSamples) return std::nullopt;
    return counts.reasoning_sum / counts.reasoning_samples;
}

}  // namespace tollgate
