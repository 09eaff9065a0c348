#include "gateway/routing/price_ceiling.h"

#include <algorithm>

namespace tollgate {
namespace {

constexpr std::int64_t kNanoPerMillionTokens = 1000;  // of a price of one pico-USD a token
constexpr std::int64_t kPicoPerNano = 1000;

bool is_dearer(const Prices& prices, const PriceCeiling& ceiling) {
    const auto above = [](std::int64_t price, const std::optional<NanoUsd>& most) {
        return most && price > most->value / kNanoPerMillionTokens;
    };
    const auto& request = ceiling.request;
    return above(prices.prompt, ceiling.prompt) || above(prices.completion, ceiling.completion) ||
           (request && prices.per_request / kPicoPerNano > request->value);
}

}  // namespace

bool is_dearer(const Endpoint& endpoint, const PriceCeiling& ceiling) {
    return is_dearer(endpoint.prices, ceiling) ||
           std::ranges::any_of(endpoint.tiers, [&](const PriceTier& tier) { return is_dearer(tier.prices, ceiling); });
}

}  // namespace tollgate
