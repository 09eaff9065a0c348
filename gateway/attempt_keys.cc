#include "gateway/attempt_keys.h"

#include <algorithm>
#include <string>

#include "gateway/client/connection.h"
#include "gateway/plan_request.h"
#include "gateway/routing/conversation.h"
#include "gateway/routing/mix_bits.h"
#include "gateway/upstream/upstream_refusal.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

KeyChoice choice_at(const CatalogueEndpoint& endpoint) {
    return {endpoint.provider->operators, endpoint.key_allowances};
}

// A conversation has a key at each endpoint that it is at. One whose name the client does not tell stays only where
// that can save something.
std::uint64_t conversation_at(Connection& connection, const CatalogueEndpoint& endpoint) {
    const Exchange& request = connection.request;
    const std::string_view body = connection.in.view().substr(0, request.received.bytes);
    const ConversationKey key = conversation_key(conversation_of(request, body), endpoint.model->id);
    const Prices& prices = endpoint.endpoint->prices;
    const bool stays = key.digest != 0 && (key.named || prices.cache_read < prices.prompt);
    return stays ? mix_bits(key.digest ^ endpoint.identity) : 0;
}

std::int64_t now_of(Connection& connection) { return wire::monotonic_ms(connection.worker().tick_time()); }

void note_refusal(Connection& connection, const OperatorKey& key, std::int64_t now_ms) {
    const Attempt& attempt = connection.request.attempt;
    CircuitBreaker& breaker = key.standing->breaker;
    const std::int64_t opened_ms = breaker.opened_ms();
    breaker.note(false, wire::monotonic_ms(attempt.tried), now_ms);
    if (breaker.opened_ms() == opened_ms) return;
    connection.worker().logger().warning("a provider refuses one of the keys, which rests",
                                         {{"provider", attempt.endpoint->provider->name},
                                          {"key", key.name},
                                          {"status", std::to_string(attempt.upstream_status)}});
}

// The provider told of one key, and another one may be asked sooner.
void tell_wait(std::int64_t wait_ms, Error& error) {
    error.detail().headers = retry_after_lines(std::max<std::int64_t>(wait_ms, 1));
}

}  // namespace

KeyAsk AttemptKeys::ask() const {
    const Exchange& request = connection_.request;
    KeyAsk ask{.draw = mix_bits(draw_of(request) + tried_.size()),
               .conversation = conversation_,
               .tokens = std::max<std::int64_t>(1, request.terms.counted_prompt_tokens + request.ask.body.output_bound),
               .now_ms = now_of(connection_)};
    if (conversation_ != 0) ask.stayed = connection_.worker().services().sticky_routes.find(conversation_, ask.now_ms);
    return ask;
}

void AttemptKeys::choose(std::size_t place) {
    const OperatorKeys& keys = endpoint_->provider->operators;
    const bool moved = conversation_ != 0 && choice_at(*endpoint_).home(conversation_) != place;
    key_ = {&keys[place].credential, static_cast<std::uint32_t>(place), moved ? conversation_ : 0};
    tried_.add(place);
}

void AttemptKeys::hold(const Candidate& candidate) {
    endpoint_ = candidate.endpoint;
    own_ = candidate.credential;
    tried_ = {};
    const bool chooses = own_ == nullptr && endpoint_->provider->operators.several();
    conversation_ = chooses ? conversation_at(connection_, *endpoint_) : 0;
}

void AttemptKeys::turn_to(const Candidate& candidate) {
    hold(candidate);
    const OperatorKeys& keys = endpoint_->provider->operators;
    if (own_ != nullptr) {
        key_ = {own_};
    } else if (keys.several()) {
        choose(choice_at(*endpoint_).pick(ask()));
    } else {
        key_ = {&keys.first()};
    }
}

void AttemptKeys::take(const Candidate& candidate, const PickedKey& key) {
    hold(candidate);
    key_ = key;
    if (key.was_chosen()) tried_.add(key.place);
}

bool AttemptKeys::find_another(Error& error, CandidateWalk& walk) {
    const KeyVerdict verdict = key_verdict(connection_.request.attempt.upstream_status, error);
    if (verdict == KeyVerdict::well) return false;
    const KeyChoice choice = choice_at(*endpoint_);
    const KeyAsk wanted = ask();
    const auto another = choice.pick_another(wanted, tried_);
    const std::int64_t own_rest_ms = endpoint_->key_allowances[key_.place]->rests_until_ms();
    if (!another && verdict == KeyVerdict::rate_limited && choice.rest_until_ms() < own_rest_ms) {
        tell_wait(choice.rest_until_ms() - wanted.now_ms, error);
    }
    if (!another || !walk.again(wire::monotonic_ms(wire::Clock::now()))) return false;
    choose(*another);
    return true;
}

void note_key_answer(const Attempt& attempt, std::int64_t now_ms) {
    if (!attempt.key.was_chosen()) return;
    CircuitBreaker& breaker = attempt.endpoint->provider->operators[attempt.key.place].standing->breaker;
    if (breaker.state(now_ms) != CircuitBreaker::State::closed) {
        breaker.note(true, wire::monotonic_ms(attempt.tried), now_ms);
    }
}

std::int64_t rest_key(const Attempt& attempt, std::int64_t rest_ms, std::int64_t now_ms) {
    const std::int64_t until_ms = now_ms + (rest_ms > 0 ? rest_ms : KeyAllowance::kUnnamedRestMs);
    attempt.endpoint->key_allowances[attempt.key.place]->rest_until(until_ms, now_ms);
    const KeyChoice choice = choice_at(*attempt.endpoint);
    return choice.any_well(now_ms) ? 0 : choice.rest_until_ms();
}

bool note_key(Connection& connection, const Error& error) {
    const Attempt& attempt = connection.request.attempt;
    const OperatorKey& key = attempt.endpoint->provider->operators[attempt.key.place];
    const std::int64_t now_ms = now_of(connection);
    const KeyVerdict verdict = key_verdict(attempt.upstream_status, error);
    if (attempt.upstream_status != 0) key.standing->count(verdict);
    if (verdict == KeyVerdict::well) {
        const std::uint64_t moved = error ? 0 : attempt.key.moved;
        if (moved != 0) connection.worker().services().sticky_routes.note(moved, key.tag(), now_ms);
        return false;
    }
    if (verdict == KeyVerdict::refused) note_refusal(connection, key, now_ms);
    // One that says so within its answer has not been seen at the answer's head.
    constexpr int kLeastError = 400;
    if (verdict == KeyVerdict::rate_limited && attempt.upstream_status < kLeastError) rest_key(attempt, 0, now_ms);
    return choice_at(*attempt.endpoint).any_well(now_ms);
}

}  // namespace tollgate
