#include "gateway/exchange/abandoned.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "gateway/exchange/exchange.h"
#include "gateway/exchange/held_request.h"
#include "gateway/exchange/hold_estimate.h"
#include "gateway/routing/model_call_of.h"

namespace tollgate {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;

std::int64_t most_tokens(const Exchange& request) {
    std::int64_t bound = request.ask.body.output_bound;
    if (bound == 0) bound = request.terms.sent_output_bound;
    const std::int64_t longest = models_longest_output(*request.attempt.endpoint->endpoint);
    if (bound == 0 || (longest > 0 && longest < bound)) bound = longest;
    return bound > 0 ? bound * request.ask.body.choices : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

ReadOn how_to_read_on(const AbandonedAnswer& answer) {
    if (!answer.sent) return ReadOn::not_at_all;
    if (answer.bills_when_aborted || !answer.streamed) return ReadOn::to_its_end;
    if (!answer.may_reason) return ReadOn::not_at_all;
    if (!answer.usual_reasoning) return ReadOn::to_its_end;
    if (*answer.usual_reasoning == 0 || answer.seen_tokens == 0) return ReadOn::not_at_all;
    return ReadOn::a_little;
}

std::int64_t unseen_tokens(const AbandonedAnswer& answer) {
    const bool all_seen = answer.streamed && (!answer.may_reason || answer.usual_reasoning == 0);
    if (!answer.sent || all_seen) return 0;
    const std::int64_t least =
        std::max<std::int64_t>(answer.thought_ms - kPromptReadingMs, 0) * kLeastTokensPerSecond / kMsPerSecond;
    std::int64_t unseen = std::max(answer.usual_reasoning.value_or(0), least);
    if (answer.seen_tokens == 0) unseen = std::min(unseen, answer.thought_ms * kMostTokensPerSecond / kMsPerSecond);
    return std::clamp<std::int64_t>(unseen, 0, std::max<std::int64_t>(answer.most_tokens - answer.seen_tokens, 0));
}

AbandonedAnswer abandoned_answer(const Exchange& request, std::int64_t seen_tokens) {
    constexpr wire::Clock::time_point kNever{};
    AbandonedAnswer answer;
    const Attempt& attempt = request.attempt;
    answer.sent = attempt.sent_upstream != kNever;
    if (!answer.sent) return answer;
    answer.streamed = request.ask.body.stream;
    answer.may_reason = model_call_of(request.ask.api) == ModelCall::chat && attempt.endpoint->model->may_reason;
    answer.bills_when_aborted = attempt.bills_when_aborted();
    answer.seen_tokens = seen_tokens;
    const auto until = attempt.first_token == kNever ? wire::Clock::now() : attempt.first_token;
    answer.thought_ms = std::chrono::duration_cast<std::chrono::milliseconds>(until - attempt.sent_upstream).count();
    const bool says_nothing = request.ask.api == ApiType::embeddings || passes_through(request.ask.api);
    answer.most_tokens = says_nothing ? 0 : most_tokens(request);
    answer.usual_reasoning = request.principal.credit->usual_reasoning(attempt.endpoint->number);
    return answer;
}

Ending with_unseen(const Exchange& request, Ending counted) {
    if (counted.source == UsageSource::provider) return counted;
    const std::int64_t unseen = unseen_tokens(abandoned_answer(request, counted.usage.completion));
    if (unseen == 0) return counted;
    counted.usage.completion += unseen;
    counted.usage.reasoning += unseen;
    counted.source = UsageSource::estimated;
    return counted;
}

}  // namespace tollgate
