// What an answer's usage says that it cost.
#pragma once

#include <string>

#include "gateway/exchange/exchange.h"

namespace tollgate {

// OpenRouter's clients are told who paid the provider, where it was the organization itself.
inline bool tells_who_paid(const Exchange& request) {
    const CatalogueEndpoint* const endpoint = request.attempt.endpoint;
    const bool own = endpoint != nullptr && endpoint->own != nullptr && !request.is_kept_answer();
    return own && request.head.inbound->labels_answers();
}

// JSON to stand behind "cost": a decimal in USD, and the members that go with it. Once the request is settled.
// https://openrouter.ai/docs/guides/administration/usage-accounting
inline std::string told_cost(const Exchange& request, NanoUsd cost) {
    std::string text = to_usd(cost);
    if (!tells_who_paid(request)) return text;
    text.append(R"(,"is_byok":true,"cost_details":{"upstream_inference_cost":)");
    return text.append(to_usd(request.reply.provider_cost)).append("}");
}

}  // namespace tollgate
