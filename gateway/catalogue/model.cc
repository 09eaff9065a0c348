#include "gateway/catalogue/model.h"

#include <algorithm>

namespace tollgate {

const Prices& Endpoint::prices_for(std::int64_t prompt_tokens) const {
    const Prices* found = &prices;
    for (const PriceTier& tier : tiers) {
        if (prompt_tokens > tier.above_prompt_tokens) found = &tier.prices;
    }
    return *found;
}

PricePair Endpoint::price_pair_for(std::int64_t prompt_tokens) const {
    const Prices& customer = prices_for(prompt_tokens);
    return {customer, provider_prices.value_or(customer)};
}

NanoUsd Endpoint::most_for(std::int64_t prompt_tokens, std::int64_t completion_tokens, bool for_an_hour) const {
    const auto most_of = [&](std::int64_t prompt) {
        Prices dearest = prices_for(prompt);
        dearest.prompt = std::max(dearest.prompt, dearest.cache_write);
        if (for_an_hour) dearest.prompt = std::max(dearest.prompt, dearest.cache_write_1h);
        return cost_of({.prompt = prompt, .completion = completion_tokens}, dearest);
    };
    NanoUsd most = most_of(prompt_tokens);
    for (const PriceTier& tier : tiers) {  // the longest prompt of each tier below
        if (prompt_tokens <= tier.above_prompt_tokens) break;
        most = std::max(most, most_of(tier.above_prompt_tokens));
    }
    return most;
}

bool Endpoint::takes(std::string_view parameter) const {
    return supported_parameters.empty() ||
           std::ranges::find(supported_parameters, parameter) != supported_parameters.end();
}

}  // namespace tollgate
