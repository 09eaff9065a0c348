// Between what chat/ counts and what accounting/ books: the two know nothing of each other.
#pragma once

#include "accounting/ledger/usage_record.h"
#include "accounting/money/money.h"
#include "gateway/chat/dialect/openai_request.h"
#include "gateway/chat/model_call.h"
#include "gateway/chat/token_counts.h"
#include "gateway/routing/model_call_of.h"

namespace tollgate {

inline TokenUsage token_usage(const TokenCounts& counts) {
    return {.prompt = counts.prompt,
            .completion = counts.completion,
            .cache_read = counts.cache_read,
            .cache_write = counts.cache_write,
            .cache_write_1h = counts.cache_write_1h,
            .reasoning = counts.reasoning};
}

inline TokenCounts token_counts(const TokenUsage& usage) {
    return {.prompt = usage.prompt,
            .completion = usage.completion,
            .cache_read = usage.cache_read,
            .cache_write = usage.cache_write,
            .reasoning = usage.reasoning,
            .cache_write_1h = usage.cache_write_1h};
}

// What a request may say is what its record holds.
static_assert(kMostModelBytes == kModelNameBytes && kMostLabelBytes == kAttributionBytes);

}  // namespace tollgate
