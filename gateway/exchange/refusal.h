// What a refused hold says: which limit, of whom, what is left, when it resets; and the rate-limit fields of every
// answer, as OpenAI sends them.
#pragma once

#include <string>

#include "gateway/exchange/held_request.h"
#include "gateway/text/buffered_text.h"

namespace tollgate {

// insufficient_credits, key_limit_exceeded or budget_exceeded.
ErrorKind money_kind(const Refusal& refusal);

// 402 for credit and budgets, 429 with retry-after and retry-after-ms for rates.
Error refusal_error(const Refusal& refusal, const HoldEstimate& estimate, const Endpoint& endpoint,
                    std::int64_t choices);

// The six x-ratelimit-* lines, of the rate that will be exhausted first; nothing for a kind without any limit.
void append_rate_limits(const Terms& terms, BufferedText& out);

// Who would have paid is not what the caller's key says alone.
void name_payer(const Principal& principal, Error& refused);

}  // namespace tollgate
