#include "gateway/upstream/endings.h"

#include <algorithm>

#include "gateway/chat/dialect/openai_chunk.h"
#include "gateway/exchange/token_usage.h"

namespace tollgate {
namespace {

// Puts the provider's figure into `ending` in this program's terms, where completion tokens include reasoning tokens.
// Returns how many generated tokens it names as visible, for comparison with what came.
std::int64_t take_reported(const UsageTerms& terms, const TokenCounts& reported, Ending& ending) {
    ending.usage = token_usage(reported);
    ending.source = UsageSource::provider;
    if (!terms.reasoning_in_completion) ending.usage.completion += reported.reasoning;
    return std::max<std::int64_t>(ending.usage.completion - reported.reasoning, 0);
}

Ending estimated_ending(const UsageTerms& terms, std::int64_t text_bytes) {
    StreamFacts facts;
    facts.content_bytes = text_bytes;
    Ending ending;
    ending.usage.prompt = terms.counted_prompt_tokens;
    ending.usage.completion = counted_completion_tokens(facts);
    ending.source = UsageSource::estimated;
    return ending;
}

}  // namespace

Ending counted_ending(const UsageTerms& terms, const StreamFacts& facts) {
    Ending ending;
    ending.usage.prompt = terms.counted_prompt_tokens;
    ending.usage.completion = counted_completion_tokens(facts);
    ending.source = UsageSource::counted;
    ending.finish_reason = facts.finish_reason;
    ending.upstream_id = facts.upstream_id;
    return ending;
}

Ending stream_ending(const UsageTerms& terms, const StreamFacts& facts) {
    Ending ending = counted_ending(terms, facts);
    if (facts.has_usage) {
        const std::int64_t visible = take_reported(terms, facts.usage, ending);
        ending.usage_contradictory = contradicts(visible, facts.content_events, facts.content_bytes);
    }
    return ending;
}

Ending failed_ending(const UsageTerms& terms, const StreamFacts& facts, bool charge) {
    Ending ending;
    if (facts.content_events > 0) ending = stream_ending(terms, facts);
    ending.charge = charge;
    return ending;
}

Ending plain_ending(const UsageTerms& terms, std::string_view body, const PlainAnswer& answer) {
    std::int64_t text_bytes = 0;
    if (!answer.has_usage && answer.choices.size() > 0) text_bytes = generated_bytes(body, answer.choices);
    Ending ending = estimated_ending(terms, text_bytes);
    ending.finish_reason = answer.finish_reason;
    ending.upstream_id = answer.upstream_id;
    if (answer.has_usage) {
        const std::int64_t visible = take_reported(terms, answer.usage, ending);
        ending.usage_contradictory = contradicts_text(body, answer, visible);
    }
    return ending;
}

Ending tail_ending(const UsageTerms& terms, const AnswerTail& tail, std::size_t body_bytes) {
    Ending ending = estimated_ending(terms, static_cast<std::int64_t>(body_bytes));
    if (tail.has_usage) take_reported(terms, tail.usage, ending);
    return ending;
}

}  // namespace tollgate
