// How an answer is settled, from what was metered of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/chat/answer_meter.h"
#include "gateway/exchange/held_request.h"
#include "gateway/upstream/plain_answer.h"

namespace tollgate {

// What the figures of an endpoint's answer mean.
struct UsageTerms {
    std::int64_t counted_prompt_tokens = 0;  // what the prompt is billed as if the provider does not say
    bool reasoning_in_completion = true;     // in the provider's figures, completion tokens include reasoning tokens
};

// The prompt and what was streamed, counted: what is charged for if the provider did not say.
Ending counted_ending(const UsageTerms& terms, const StreamFacts& facts);
// The provider's figure where it came, else what was streamed, counted.
Ending stream_ending(const UsageTerms& terms, const StreamFacts& facts);
// Of an answer that failed: what the provider is thought to charge is booked, and charged for only if `charge`.
Ending failed_ending(const UsageTerms& terms, const StreamFacts& facts, bool charge);
// Of a plain answer: the provider's figure, else an estimate from the size of its text.
Ending plain_ending(const UsageTerms& terms, std::string_view body, const PlainAnswer& answer);
// The same where only the tail of its `body_bytes` is in hand.
Ending tail_ending(const UsageTerms& terms, const AnswerTail& tail, std::size_t body_bytes);

}  // namespace tollgate
