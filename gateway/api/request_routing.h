// What of a request's body says where it may go: `models`, or what Messages calls `fallbacks`, and `provider`,
// which is read as an organization's and a preset's preferences are.
#pragma once

#include <string_view>

#include "gateway/exchange/exchange.h"

namespace tollgate {

inline constexpr std::size_t kMostModels = 8;  // that a request names

// Fills request.choice, and the model where `models` alone names one. Providers that serve nothing here are skipped
// later, as OpenRouter does. invalid_request: names the member.
Error read_request_routing(std::string_view body, TextSpan fallbacks, Exchange& request);

// What a body of Messages has as `fallbacks`, of which no provider is told. Size 0: nothing.
TextSpan take_fallbacks(std::string_view body, BodyFacts& facts);

// Most requests say nothing of it.
inline Error resolve_routing(std::string_view body, Exchange& request) {
    const BodyFacts& facts = request.ask.body;
    const TextSpan fallbacks =
        request.ask.api == ApiType::messages ? take_fallbacks(body, request.ask.body) : TextSpan();
    if (facts.models_value.size() == 0 && facts.provider_value.size() == 0 && fallbacks.size() == 0) return {};
    return read_request_routing(body, fallbacks, request);
}

}  // namespace tollgate
