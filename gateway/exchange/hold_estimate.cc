#include "gateway/exchange/hold_estimate.h"

#include <algorithm>
#include <limits>

#include "gateway/chat/dialect/responses/request_writer.h"
#include "gateway/exchange/exchange.h"

namespace tollgate {
namespace {

constexpr std::int64_t kBytesPerCountedPromptToken = 4;  // before anything is learned
constexpr std::int64_t kLeastLearnedTokens = 256;
// What max_tokens of /completions means where it is absent, as OpenAI documents it: a bound sent upstream must not make
// an answer longer than no bound would.
constexpr std::int64_t kCompletionsDefaultTokens = 16;

// Of one choice, where the request says nothing: what nearly all answers of this organization and endpoint stayed
// below. The model's own maximum would refuse those who could well pay.
std::int64_t usual_output(const Exchange& request, const CatalogueEndpoint& candidate, const CreditConfig& config) {
    if (request.ask.api == ApiType::completions && !request.ask.body.stream) return kCompletionsDefaultTokens;
    const auto usual = request.principal.credit->usual_output(candidate.number);
    if (!usual) return config.default_output_tokens;
    return std::clamp<std::int64_t>(*usual, kLeastLearnedTokens, config.max_learned_output_tokens);
}

// Of a response of a session, whose hold grows as it is heard. What a model thinks is not heard: until it is learned
// how much that is, the longest answer is held for.
std::int64_t spoken_output(const Exchange& request, const CatalogueEndpoint& candidate, const CreditConfig& config) {
    const std::int64_t longest = models_longest_output(*candidate.endpoint);
    const bool learned = request.principal.credit->usual_output(candidate.number).has_value();
    if (candidate.model->may_reason && !learned && longest > 0) return longest;
    const std::int64_t usual = usual_output(request, candidate, config);
    return longest > 0 ? std::min(usual, longest) : usual;
}

// Whether an answer that names no bound is kept within its hold as it comes: the gateway sees what is billed.
bool grows_as_it_streams(const Exchange& request, const CatalogueEndpoint& candidate) {
    if (!request.ask.body.stream) return false;
    return request.ask.api == ApiType::completions || !candidate.model->may_reason;
}

// Providers refuse a bound that does not fit beside the prompt. Where little more than the prompt fits, none is sent:
// the context itself keeps such an answer short.
void add_unbounded(const Exchange& request, const Endpoint& endpoint, const CreditConfig& config,
                   HoldEstimate& estimate) {
    const std::int64_t choices = request.ask.body.choices;
    const std::int64_t known = models_longest_output(endpoint) * choices;
    const std::int64_t room = probable_room(estimate.counted_prompt_tokens, endpoint);
    if ((known > 0 && estimate.output_tokens >= known) || room < kLeastLearnedTokens) return;
    estimate.output_tokens = std::min(estimate.output_tokens / choices, room) * choices;
    const std::int64_t assumed = config.max_learned_output_tokens * choices;
    estimate.longest_output = known > 0 ? known : std::max(assumed, estimate.output_tokens);
    estimate.longest_amount = endpoint.most_for(estimate.prompt_tokens, estimate.longest_output, estimate.for_an_hour);
}

std::int64_t divided_up(std::int64_t bytes, std::int64_t bytes_per_token) {
    return (bytes + bytes_per_token - 1) / bytes_per_token;
}

// A prompt that is longer than the context is refused by the provider, so it was estimated too long, or loses its
// middle.
std::int64_t within_context(std::int64_t tokens, const Endpoint& endpoint) {
    return endpoint.context_length == 0 ? tokens : std::min(tokens, endpoint.context_length);
}

}  // namespace

std::int64_t least_output_bound(const Exchange& request, const CatalogueEndpoint& endpoint) {
    const bool written = request.ask.api != ApiType::responses && endpoint.provider->dialect == &responses_upstream();
    return written ? kLeastResponsesOutput : 0;
}

std::int64_t models_longest_output(const Endpoint& endpoint) {
    const std::int64_t context = endpoint.context_length;
    const std::int64_t completion = endpoint.max_completion_tokens;
    if (context == 0 || completion == 0) return std::max(context, completion);
    return std::min(context, completion);
}

std::int64_t probable_room(std::int64_t counted_prompt_tokens, const Endpoint& endpoint) {
    if (endpoint.context_length == 0) return std::numeric_limits<std::int64_t>::max();
    return endpoint.context_length - counted_prompt_tokens;
}

PromptEstimate estimate_prompt(const Exchange& request, const CatalogueEndpoint& candidate,
                               const CreditConfig& config) {
    const std::int64_t bytes = request.ask.body.prompt_bytes, extra = request.ask.body.prompt_extra_tokens;
    const auto learned = request.principal.credit->prompt_ratios(candidate.number);
    // What was learned only raises the hold: text that is dense where the organization's mostly is not must be covered
    // too.
    const std::int64_t configured = divided_up(bytes, config.bytes_per_prompt_token);
    return {.cautious = std::max(learned ? learned->most_tokens(bytes) : 0, configured) + extra,
            .usual = (learned ? learned->usual_tokens(bytes) : divided_up(bytes, kBytesPerCountedPromptToken)) + extra};
}

HoldEstimate estimate_hold(const Exchange& request, const CatalogueEndpoint& candidate, const CreditConfig& config) {
    const Endpoint& endpoint = candidate.charged();
    HoldEstimate estimate;
    estimate.for_an_hour = request.ask.body.keeps_for_an_hour;
    const PromptEstimate prompt = estimate_prompt(request, candidate, config);
    estimate.prompt_tokens = within_context(prompt.cautious, endpoint);
    estimate.counted_prompt_tokens = within_context(prompt.usual, endpoint);
    const bool unstated = request.ask.body.output_bound == 0;
    if (request.ask.api == ApiType::realtime) {
        estimate.output_tokens = spoken_output(request, candidate, config);
    } else if (passes_through(request.ask.api)) {
        estimate.output_tokens = endpoint.max_completion_tokens * request.ask.body.choices;
    } else if (request.ask.api != ApiType::embeddings) {
        std::int64_t bound = std::max(request.ask.body.output_bound, least_output_bound(request, candidate));
        if (unstated) bound = usual_output(request, candidate, config);
        if (const std::int64_t longest = models_longest_output(endpoint)) bound = std::min(bound, longest);
        estimate.output_tokens = bound * request.ask.body.choices;
        if (unstated && !grows_as_it_streams(request, candidate)) add_unbounded(request, endpoint, config, estimate);
    }
    estimate.amount = endpoint.most_for(estimate.prompt_tokens, estimate.output_tokens, estimate.for_an_hour);
    return estimate;
}

}  // namespace tollgate
