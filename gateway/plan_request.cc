#include "gateway/plan_request.h"

#include <cstring>

#include "gateway/exchange/route_explanation.h"
#include "gateway/routing/mix_bits.h"
#include "gateway/worker.h"

namespace tollgate {

// Of the request's own id.
std::uint64_t draw_of(const Exchange& request) {
    const Id128& id = request.head.id;
    std::uint64_t bits = 0;
    std::memcpy(&bits, id.bytes.data() + id.bytes.size() - sizeof bits, sizeof bits);
    return mix_bits(bits);
}

ConversationFacts conversation_of(const Exchange& request, std::string_view body) {
    const BodyFacts& facts = request.ask.body;
    return {.organization = request.principal.organization,
            .session = request.session(),
            .cache_key = facts.cache_key_value.of(body),
            .messages = facts.messages_value.of(body)};
}

namespace {

// Empty: no key calls.
std::string hash_of_caller(const Principal& principal) {
    return principal.key == KeyDigest{} ? std::string() : to_hex(principal.key);
}

}  // namespace

PlanSight sight_of(Worker& worker) {
    return {.health = worker.services().health.get(),
            .worker = worker.lane(),
            .sticky = &worker.services().sticky_routes,
            .now_ms = wire::monotonic_ms(worker.tick_time())};
}

Outcome<Plan> plan_request(Exchange& request, std::string_view body, const PlanSight& sight) {
    const BodyFacts& facts = request.ask.body;
    // Of own keys that are not for all of the organization's keys.
    std::string caller_key;
    if (request.choice.mode != ProjectMode::credits) caller_key = hash_of_caller(request.principal);
    const PlanRules rules{
        .organization = *request.principal.policy,
        .key = request.principal.rules,
        .preset = request.choice.preset,
        .request = request.choice.provider.get(),
        .credentials = {.own_only = request.choice.mode == ProjectMode::api_keys, .caller_key = caller_key}};
    if (is_of_account(request.ask.api)) return plan_for_account(*request.catalogue, rules, request.ask.api);
    const PlanAsk ask{.chosen = request.choice.model,
                      .api = request.ask.api,
                      .body = facts,
                      .text = body,
                      .added = request.choice.members,
                      .fallbacks = request.choice.fallbacks,
                      .draw = draw_of(request),
                      .conversation = conversation_of(request, body)};
    if (request.head.explain) {
        request.explanation = std::make_shared<RouteExplanation>(request.choice.model.model);
    }
    auto plan = make_plan(*request.catalogue, rules, ask, sight, request.explanation.get());
    if (!plan) explain(request, plan.error());
    return plan;
}

void explain(const Exchange& request, Error& error) {
    if (request.explanation == nullptr || !error || error.kind() == ErrorKind::internal) return;
    error.detail().beside = request.explanation->member();
}

}  // namespace tollgate
