// How much a request is to hold: the most that its prompt and its answer may cost.
//
// An answer is kept within its hold by the bound that the request names, or by growing the hold as it streams. Without
// a bound, neither helps where what is billed is not seen as it is made: a plain answer comes whole, and reasoning may
// stay hidden. Two designs were weighed. Sending a short bound upstream always changes answers of customers who could
// pay for any length; holding the model's longest answer always refuses customers who could pay for the usual one. So
// the usual length is held, and more, up to the longest, as far as that is a small part of what is left
// (kGenerousParts). Where it is less than the longest, what it covers is the bound sent upstream.
#pragma once

#include <cstdint>

#include "accounting/money/money.h"
#include "gateway/config/config.h"

namespace tollgate {

struct CatalogueEndpoint;
struct Endpoint;
struct Exchange;

struct HoldEstimate {
    std::int64_t prompt_tokens = 0;
    std::int64_t counted_prompt_tokens = 0;  // what the prompt is billed as if the provider does not say
    std::int64_t output_tokens = 0;          // of all choices
    bool for_an_hour = false;                // the prompt is to be kept in the provider's cache
    NanoUsd amount;                          // for both
    // Where only a bound sent upstream keeps the answer to output_tokens: how long it may be by itself, of all choices,
    // and what that costs with its prompt. Else 0.
    std::int64_t longest_output = 0;
    NanoUsd longest_amount;
};

// Of a prompt, in tokens, however much the context holds.
struct PromptEstimate {
    std::int64_t cautious = 0;  // hardly any has more
    std::int64_t usual = 0;
};
PromptEstimate estimate_prompt(const Exchange& request, const CatalogueEndpoint& candidate, const CreditConfig& config);

// Of an answer by that endpoint.
HoldEstimate estimate_hold(const Exchange& request, const CatalogueEndpoint& candidate, const CreditConfig& config);

// Output tokens of one choice that the context leaves beside the prompt as it probably is: the hold's estimate of it is
// a cautious one. The largest number if the context is not known.
std::int64_t probable_room(std::int64_t counted_prompt_tokens, const Endpoint& endpoint);

// Output tokens that such an endpoint is allowed at least: its API takes no smaller bound. 0: it takes any.
std::int64_t least_output_bound(const Exchange& request, const CatalogueEndpoint& endpoint);

// The longest answer of one choice that the model can give, as the price list says; 0: it does not say.
std::int64_t models_longest_output(const Endpoint& endpoint);

}  // namespace tollgate
