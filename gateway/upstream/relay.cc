#include "gateway/upstream/relay.h"

#include <algorithm>

#include "gateway/client/connection.h"
#include "gateway/exchange/abandoned.h"
#include "gateway/exchange/hold_estimate.h"
#include "gateway/exchange/route_explanation.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/upstream/fit_prompt.h"
#include "gateway/upstream/translate_request.h"
#include "gateway/worker.h"

namespace tollgate {

namespace {

// Tokens of all choices that the answer can have; 0: unknown.
std::int64_t most_output(const Exchange& request, const Endpoint& endpoint) {
    std::int64_t most = request.ask.body.output_bound;
    if (most == 0) most = request.terms.sent_output_bound;
    if (most > 0) most = std::max(most, least_output_bound(request, *request.attempt.endpoint));
    if (most == 0) most = endpoint.max_completion_tokens;
    if (endpoint.context_length > 0)
        most = most == 0 ? endpoint.context_length : std::min(most, endpoint.context_length);
    return most * request.ask.body.choices;
}

}  // namespace

AnswerOptions options_of(Connection& connection) {
    const Exchange& request = connection.request;
    AnswerOptions options;
    options.inbound = request.head.inbound;
    options.upstream = request.attempt.endpoint->provider->dialect;
    options.binary_events = request.attempt.binary_events;
    options.client_asked_for_usage = request.ask.body.include_usage;
    options.as_list = request.ask.events_as_list;
    options.embeddings = request.ask.api == ApiType::embeddings;
    if (const TranslatedRequest* const translation = request.attempt.translation.get()) {
        options.base64_vectors = translation->base64_vectors;
        options.echo = &translation->echo;
    }
    options.generation = request.head.generation_id();
    options.choices = request.ask.body.choices;
    options.prompt_tokens = counted_prompt_tokens(request);
    options.text_completions = request.ask.api == ApiType::completions;
    options.provider = request.attempt.endpoint->provider->name;
    options.model = request.attempt.endpoint->model->id;
    if (request.explanation != nullptr) options.last_member = request.explanation->member_of_answer();
    options.created = request.head.started_ms / 1000;
    options.max_event_bytes = connection.worker().config().limits.max_event_bytes;
    return options;
}

void begin_meter(Connection& connection) {
    connection.request.attempt.metered = true;
    connection.meter.begin(options_of(connection));
}

UsageTerms terms_of(const Exchange& request) {
    const Endpoint& endpoint = *request.attempt.endpoint->endpoint;
    return {.call = model_call_of(request.ask.api),
            .counted_prompt_tokens = counted_prompt_tokens(request),
            .kept_answer = request.is_kept_answer(),
            .reasoning_in_completion = request.attempt.endpoint->provider->reasoning_in_completion,
            .most_prompt = endpoint.context_length,
            .most_output = most_output(request, endpoint)};
}

AnswerSource source_of(const Exchange& request) {
    return {.provider = request.attempt.endpoint->provider->name,
            .call = model_call_of(request.ask.api),
            .credential = request.attempt.key.credential};
}

Ending failed_ending(Connection& connection) {
    static const StreamFacts kNothingStreamed;
    const Exchange& request = connection.request;
    const StreamFacts& facts = request.attempt.metered ? connection.meter.facts() : kNothingStreamed;
    const bool sent = request.attempt.sent_upstream != wire::Clock::time_point{};
    if (request.reply.error == ErrorKind::client_closed_request && sent) {
        return with_unseen(request, stream_ending(terms_of(request), facts));
    }
    return failed_ending(terms_of(request), facts, !connection.worker().config().credit.zero_completion_insurance);
}

wire::Awaitable<Error> relay(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    if (answer.status >= 300) return relay_error(connection, answer);
    // What was asked for decides, and what comes; not how it is labelled.
    const Ask& ask = connection.request.ask;
    if (ask.api == ApiType::realtime) return relay_realtime(connection, held, answer);
    if (passes_through(ask.api)) return relay_passed(connection, held, answer);
    if (ask.body.stream && ask.api != ApiType::embeddings) return relay_stream(connection, held, answer);
    return translates_answer(connection.request) ? relay_translated(connection, held, answer)
                                                 : relay_json(connection, held, answer);
}

}  // namespace tollgate
