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

void OutputHistory::add(std::size_t endpoint, std::int64_t tokens) {
    static constexpr auto kBounds = make_bounds<kBuckets>();
    if (endpoint >= kMostEndpoints) return;
    if (endpoint >= endpoints_.size()) endpoints_.resize(endpoint + 1);
    Counts& counts = endpoints_[endpoint];
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

}  // namespace tollgate
