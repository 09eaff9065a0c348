#include "gateway/note_attempt.h"

#include "gateway/attempt_keys.h"
#include "gateway/client/connection.h"
#include "gateway/exchange/route_explanation.h"
#include "gateway/routing/health/retry_after.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/upstream/upstream_refusal.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr int kLeastError = 400, kTooMany = 429;

// Of so few tokens the time says more of the network.
constexpr std::int64_t kLeastTokensTimed = 8;

AttemptOutcome outcome(Connection& connection, const Error& error) {
    // A kept connection that the provider had closed is nobody's failure.
    if (error && error.retry() == Retry::fresh_connection) return AttemptOutcome::nothing;
    if (connection.request.attempt.outrun) return AttemptOutcome::nothing;
    return outcome_of(
        {.upstream_status = connection.request.attempt.upstream_status,
         .error = error.kind(),
         .meant_status = error ? error.detail().status : 0,
         .client_left = connection.client_gone(),
         .names_own_object = is_of_account(connection.request.ask.api) || (error && is_of_own_object(error))});
}

SeenAttempt seen(Connection& connection, const Error& error) {
    const Exchange& request = connection.request;
    const Attempt& attempt = request.attempt;
    SeenAttempt seen{.outcome = outcome(connection, error)};
    constexpr wire::Clock::time_point kNever{};
    if (attempt.outrun && attempt.sent_upstream != kNever && request.ask.body.stream) {
        seen.latency_ms = wire::us_between(attempt.sent_upstream, wire::Clock::now()) / 1000;  // at least
    }
    const bool timed = attempt.sent_upstream != kNever && request.ask.api != ApiType::realtime;
    if (seen.outcome != AttemptOutcome::success || !timed) return seen;
    if (attempt.streamed && attempt.first_token != kNever) {
        seen.latency_ms = wire::us_between(attempt.sent_upstream, attempt.first_token) / 1000;
    }
    const std::int64_t tokens = request.reply.usage.completion;
    if (tokens < kLeastTokensTimed) return seen;
    constexpr std::int64_t kThousandthsUs = 1'000'000'000;  // of a token a second, of one token in a microsecond
    const std::int64_t took_us = wire::us_between(attempt.sent_upstream, wire::Clock::now());
    if (took_us > 0) seen.throughput = tokens * kThousandthsUs / took_us;
    return seen;
}

// What a tenant's key meets is that tenant's affair: no other's requests, and none by the operator's key, go by it.
void note_own(OwnHealth& health, AttemptOutcome outcome, std::int64_t began_ms, std::int64_t now_ms) {
    if (outcome == AttemptOutcome::success || outcome == AttemptOutcome::failure) {
        health.breaker().note(outcome == AttemptOutcome::success, began_ms, now_ms);
    }
}

void note_own_answer(OwnHealth& health, std::int64_t now_ms) {
    if (health.breaker().state(now_ms) != CircuitBreaker::State::closed) health.breaker().note(true, now_ms, now_ms);
}

// An answer said so, at its head or in its body. 0: it did not say how long.
void rest(const Attempt& attempt, HealthBoard& health, std::int64_t rest_ms, std::int64_t now_ms) {
    if (attempt.endpoint->own != nullptr) {
        if (rest_ms > 0) attempt.endpoint->own->health->rest_until(now_ms + rest_ms, now_ms);
        return;
    }
    const std::int64_t until_ms = attempt.key.was_chosen() ? rest_key(attempt, rest_ms, now_ms) : now_ms + rest_ms;
    if (until_ms > now_ms) health.rest_until(attempt.endpoint->number, until_ms, now_ms);
}

// What stands in the body has not been seen at the head.
std::int64_t wait_told_ms(const Error& error) {
    const bool told = error.kind() == ErrorKind::upstream_error && status_of(error) == kTooMany;
    return told ? retry_after_ms(error.detail().headers, wire::unix_ms_now()) : 0;
}

}  // namespace

void learn_refused_stream_options(Connection& connection) {
    const CatalogueEndpoint& endpoint = *connection.request.attempt.endpoint;
    const std::int64_t now_ms = wire::monotonic_ms(connection.worker().tick_time());
    endpoint.stream_options_refused_until->store(now_ms + CatalogueEndpoint::kStreamOptionsRefusedMs,
                                                 std::memory_order_relaxed);
    connection.worker().logger().warning("an endpoint refuses stream_options; its streams go without them for an hour",
                                         {{"provider", endpoint.provider->name}, {"model", endpoint.model->id}});
}

void note_upstream_head(Connection& connection, const UpstreamAnswer& answer) {
    Worker& worker = connection.worker();
    Attempt& attempt = connection.request.attempt;
    HealthBoard& health = *worker.services().health;
    const std::int64_t now_ms = wire::monotonic_ms(worker.tick_time());
    if (answer.status < kLeastError) {
        RouteExplanation* const explanation = connection.request.explanation.get();
        if (explanation != nullptr) explanation->answers(*attempt.endpoint, answer.status);
        if (attempt.endpoint->own != nullptr) return note_own_answer(*attempt.endpoint->own->health, now_ms);
        note_key_answer(attempt, now_ms);
        return health.note_answer(attempt.endpoint->number, now_ms);
    }
    if (answer.status != kTooMany) return;
    const std::int64_t rest_ms = retry_after_ms(answer.retry_headers(), wire::unix_ms_now());
    rest(attempt, health, rest_ms, now_ms);
}

void note_attempt(Connection& connection, const Plan& plan, std::size_t candidate, const Error& error) {
    Worker& worker = connection.worker();
    Exchange& request = connection.request;
    const Candidate tried = plan[candidate];
    const std::int64_t now_ms = wire::monotonic_ms(worker.tick_time());
    SeenAttempt seen_of_it = seen(connection, error);
    const std::int64_t began_ms = wire::monotonic_ms(request.attempt.tried);
    const std::int64_t rest_ms = wait_told_ms(error);
    if (rest_ms > 0) rest(request.attempt, *worker.services().health, rest_ms, now_ms);
    if (request.attempt.key.was_chosen() && note_key(connection, error)) seen_of_it.outcome = AttemptOutcome::nothing;
    if (tried.endpoint->own != nullptr) {
        note_own(*tried.endpoint->own->health, seen_of_it.outcome, began_ms, now_ms);
    } else {
        worker.services().health->note(worker.lane(), tried.endpoint->number, seen_of_it, began_ms, now_ms);
    }
    // Where its draw puts it, the conversation comes back to by itself.
    const bool elsewhere = candidate > 0 || tried.reason == OrderReason::stayed || tried.reason == OrderReason::trial;
    if (plan.conversation != 0 && elsewhere && tried.endpoint->own == nullptr &&
        seen_of_it.outcome == AttemptOutcome::success) {
        worker.services().sticky_routes.note(plan.conversation, tried.endpoint->number, now_ms);
    }
    if (request.explanation == nullptr || !error) return;
    if (request.attempt.upstream_status == 0 && source_of(error.kind()) == ErrorSource::client &&
        !connection.client_gone()) {
        request.explanation->cannot_be_told(*tried.endpoint);
    } else if (error.retry() != Retry::fresh_connection) {
        const std::string_view what = request.attempt.outrun ? "outrun" : code_of(error.kind());
        request.explanation->attempted(*tried.endpoint, request.attempt.upstream_status, what);
    }
}

}  // namespace tollgate
