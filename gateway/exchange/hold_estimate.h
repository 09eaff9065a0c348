// How much a request is to hold: the most that its prompt and its answer may cost.
//
// An answer is kept within its hold by the bound that the request names, or by growing the hold as it streams. A plain
// answer without a bound has neither: it comes whole. Two designs were weighed. Sending a bound upstream always changes
// answers of customers who could pay for any length; holding the model's longest answer always refuses customers who
// could pay for the usual one. So the longest is held where it is a small part of what is left (kGenerousParts), and
// else the usual length, with that as the bound sent upstream.
#pragma once

#include <cstdint>

#include "accounting/money/money.h"
#include "gateway/config/config.h"

namespace tollgate {

struct CatalogueEndpoint;
struct Exchange;

struct HoldEstimate {
    std::int64_t prompt_tokens = 0;
    std::int64_t counted_prompt_tokens = 0;  // what the prompt is billed as if the provider does not say
    std::int64_t output_tokens = 0;          // of all choices
    NanoUsd amount;                          // for both
    // A plain answer that only a bound sent upstream keeps to output_tokens; by itself it may be as long as this:
    bool unbounded = false;
    std::int64_t longest_output = 0;
    NanoUsd longest_amount;

    void hold_longest();  // if unbounded: then it is so no more
};

// Of an answer by that endpoint.
HoldEstimate estimate_hold(const Exchange& request, const CatalogueEndpoint& candidate, const CreditConfig& config);

}  // namespace tollgate
