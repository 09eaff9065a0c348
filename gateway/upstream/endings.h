// How an answer is settled, from what was metered of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/chat/answer_meter.h"
#include "gateway/exchange/held_request.h"
#include "gateway/upstream/plain_answer.h"
#include "gateway/upstream/usage_scanner.h"

namespace tollgate {

// What the figures of an endpoint's answer mean, and what they can be.
struct UsageTerms {
    ModelCall call = ModelCall::chat;
    std::int64_t counted_prompt_tokens = 0;  // what the prompt is billed as if the provider does not say
    bool kept_answer = false;                // it was made and billed before: nothing is used
    bool reasoning_in_completion = true;     // in the provider's figures, completion tokens include reasoning tokens
    std::int64_t most_prompt = 0;            // tokens of the model's context; 0: unknown
    // Tokens that all choices can have: by the bound that was asked for or sent, else by the model; 0: unknown. Nothing
    // is counted above it, and no provider is believed.
    std::int64_t most_output = 0;
};

// Completion tokens of what was streamed so far, counted.
std::int64_t counted_output(const UsageTerms& terms, const StreamFacts& facts);

// The provider's figure where it came and can be true, else what was streamed, counted.
Ending stream_ending(const UsageTerms& terms, const StreamFacts& facts);
// Of an answer that failed: what the provider is thought to charge is booked, and charged for only if `charge`.
Ending failed_ending(const UsageTerms& terms, const StreamFacts& facts, bool charge);
// Of a plain answer: the provider's figure, else an estimate from the size of its text.
Ending plain_ending(const UsageTerms& terms, std::string_view body, PlainAnswer& answer);
// The same of one that was too large to hold, or of its beginning: without a figure, the size of all of it bounds the
// estimate. Holds views of the scanner's.
Ending large_ending(const UsageTerms& terms, const UsageScanner& scanner);

}  // namespace tollgate
