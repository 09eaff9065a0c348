#include "tests/simulation/gateway.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tollgate::simulation {

OrganizationCredit& Gateway::credit_of(const ModelRequest& request) {
    return world_.process->credit_of(world_.model.organization_of(request));
}

ModelRequest Gateway::some_request() {
    Random& random = world_.random;
    ModelRequest request;
    request.organization = random.below(world_.model.organizations.size());
    const ModelOrganization& organization = world_.model.organization_of(request);
    request.key = random.below(organization.keys.size());
    request.lane = static_cast<std::uint32_t>(random.below(world_.lanes));
    request.created_ms = world_.now_ms;
    // As a ULID: time, then what makes it unique.
    request.id = numbered_id(static_cast<std::uint64_t>(world_.now_ms) << 16 | request.lane, ++next_id_);
    const std::uint64_t candidates = random.one_in(2) ? 1 : 1 + random.below(4);
    for (std::uint64_t i = 0; i < candidates; ++i) {
        request.candidates.push_back(
            {.prompt = random.between(0, 900'000), .completion = random.between(0, 4'000'000)});
    }
    request.prompt_estimate = random.between(10, 60);
    request.asked_output = random.between(1, 12);
    request.retention_class = static_cast<std::uint8_t>(random.below(world_.retention.classes.size()));
    for (const Prices& prices : request.candidates) {
        const TokenUsage most{.prompt = request.prompt_estimate, .completion = request.asked_output};
        request.hold = std::max(request.hold, price_of(most, prices));
    }
    request.published_holds = {request.hold};
    request.demanded = request.prompt_estimate + request.asked_output;
    Model::use(request, 0);
    const OrganizationPolicy own = organization.policy ? *organization.policy : OrganizationPolicy();
    const CreditConfig& config = world_.credit_config;
    const bool owes = own.on_exhausted.value_or(config.on_exhausted) == OnExhausted::owe;
    if (owes) request.overdraft = own.overdraft_cap.value_or(config.overdraft_cap);
    return request;
}

void Gateway::begin_request() {
    Process& process = *world_.process;
    if (!process.accepting()) return;  // as admission does
    ModelRequest request = some_request();
    const ModelOrganization& organization = world_.model.organization_of(request);
    const ModelKey& key = world_.model.key_of(request);
    HeldFacts facts{.principal = {},
                    .candidates = request.candidates,
                    .prompt_bytes = request.prompt_estimate * world_.credit_config.bytes_per_prompt_token,
                    .output_bound = request.asked_output,
                    .monotonic_ms = world_.monotonic_ms};
    request.prompt_counted = (facts.prompt_bytes + 3) / 4;
    facts.principal.organization = organization.id;
    facts.principal.project = key.project;
    facts.principal.creator = key.member;
    facts.principal.key = key.digest;
    facts.principal.policy = organization.policy;
    facts.principal.credit = &credit_of(request);
    facts.principal.spenders = process.spenders_of(organization, key);
    auto held = std::make_unique<Held>(*process.slots, request, std::move(facts));
    const Error error = held->take(world_.credit_config);
    if (!held->refusal() && !held->request().taken()) {
        ++world_.tally.refused;
        invariants_.no_slot_is_free();
        TRACE(world_, "no slot on lane " + std::to_string(request.lane));
        return;
    }
    invariants_.admitted(request, held->refusal());
    if (held->refusal()) {
        ++world_.tally.refused;
        TRACE(world_, "refused a hold of " + to_usd(request.hold));
        return;
    }
    ++world_.tally.requests;
    process.held.emplace(request.id, std::move(held));
    ModelRequest& begun = world_.model.begin(std::move(request), world_.monotonic_ms);
    TRACE(world_, "open " + name_of(begun) + ", hold " + to_usd(begun.hold));
    if (world_.machine.crashed()) return;
    this->held(begun).use(0);
    if (world_.machine.crashed()) return;
    begun.phase = Phase::running;
    send(begun);
}

void Gateway::send(ModelRequest& request) {
    request.upstream = Upstream::make(world_.random, request.prompt_counted, request.asked_output);
    request.meter.begin({});
    request.relay.emplace(request.meter, held(request).request(),
                          StreamRelay::Rules{.terms = {.counted_prompt_tokens = request.prompt_counted},
                                             .endpoint = held(request).context().attempt.endpoint->endpoint,
                                             .credit = &world_.credit_config});
}

// The candidate in use fails before anything of its answer went to the client. The next one is tried.
void Gateway::fail_over(ModelRequest& request) {
    request.switching = true;
    Model::use(request, request.candidate + 1);
    held(request).use(request.candidate);
    TRACE(world_, "fail over " + name_of(request) + " to " + std::to_string(request.candidate));
    ++world_.tally.failovers;
    if (world_.machine.crashed()) return;
    request.switching = false;
    send(request);
}

void Gateway::continue_request() {
    std::vector<ModelRequest*> running;
    for (ModelRequest* request : world_.model.live) {
        if (request->phase == Phase::running) running.push_back(request);
    }
    if (running.empty()) return begin_request();
    ModelRequest& request = *world_.random.pick(running);
    if (request.candidate + 1 < request.candidates.size() && world_.random.one_in(6)) return fail_over(request);
    if (world_.random.one_in(20)) {
        abandon(request);
    } else {
        feed(request);
    }
    // Not earlier: what the client is told after the settlement is read from it.
    if (request.phase != Phase::running) world_.process->held.erase(request.id);
}

// A read of its answer, as the gateway's relay is given it.
void Gateway::feed(ModelRequest& request) {
    StreamRelay& relay = *request.relay;
    if (relay.usage_may_follow() && world_.random.one_in(2)) {  // and does not
        relay.fail({ErrorKind::upstream_timeout, "no more"});
        return finish(request);
    }
    std::string out;
    const NanoUsd before = credit_of(request).snapshot().held;
    const std::string_view part = request.upstream.take(1 + world_.random.below(400));
    const auto action = relay.take(part, request.upstream.over(), false, out);
    invariants_.sent_before_settlement(request, out);
    request.output = relay.output_tokens();
    request.progress = static_cast<std::uint64_t>(request.output);
    if (relay.asked_hold()) {
        covered(request, credit_of(request).snapshot().held - before, action != StreamRelay::Action::cut_credit);
    }
    if (action == StreamRelay::Action::cut_credit) cut(request);
    if (action == StreamRelay::Action::end) finish(request);
}

void Gateway::covered(ModelRequest& request, NanoUsd taken, bool may_go_on) {
    invariants_.covered(request, taken, may_go_on);
    world_.model.grow_hold(request, taken);
    if (taken == NanoUsd{}) return;
    ++world_.tally.grown;
    request.published_holds.push_back(request.hold);
    TRACE(world_, "grow " + name_of(request) + " by " + to_usd(taken));
}

void Gateway::finish(ModelRequest& request) {
    StreamRelay& relay = *request.relay;
    const bool complete = relay.finish() == StreamRelay::Outcome::complete;
    const Ending& ending = relay.ending();
    invariants_.metered(request, complete, ending.usage);
    if (!complete) held(request).context().reply.error = relay.error("sample").kind();
    const NanoUsd cost = settle(request, ending, complete ? price_of(ending.usage, request.prices) : NanoUsd{});
    if (world_.machine.crashed() || !complete) return;
    std::string out;
    relay.append_rest(cost, out);
    invariants_.sent_after_settlement(request, out);
    ++world_.tally.completed;
}

// What came in the last read beyond what is covered is given away.
void Gateway::cut(ModelRequest& request) {
    StreamRelay& relay = *request.relay;
    std::string out;
    relay.cut(false, out);
    relay.finish();
    const Ending& ending = relay.ending();
    const NanoUsd cost = settle(request, ending, price_of(ending.usage, request.prices));
    invariants_.cut(request, ending.usage);
    ++world_.tally.cut;
    if (world_.machine.crashed()) return;
    relay.append_rest(cost, out);
    invariants_.sent_after_settlement(request, out);
}

// The client left: what was generated is charged.
void Gateway::abandon(ModelRequest& request) {
    held(request).context().reply.cancelled = true;
    const Ending ending = stream_ending({.counted_prompt_tokens = request.prompt_counted}, request.meter.facts());
    settle(request, ending, price_of(ending.usage, request.prices));
}

NanoUsd Gateway::settle(ModelRequest& request, const Ending& ending, NanoUsd due) {
    const NanoUsd before = credit_of(request).snapshot().used;
    request.phase = Phase::settling;
    const NanoUsd cost = held(request).request().settle(ending);
    const NanoUsd charged = credit_of(request).snapshot().used - before;
    REQUIRE(cost == due, "I14", name_of(request) + " costs " + to_usd(cost) + ", should be " + to_usd(due));
    invariants_.charged(request, cost, charged);
    world_.model.settle(request, cost, charged, ending.usage.prompt + ending.usage.completion, world_.monotonic_ms);
    TRACE(world_, "settle " + name_of(request) + ", charged " + to_usd(charged) + " of " + to_usd(cost));
    if (!world_.machine.crashed()) request.phase = Phase::settled;
    return cost;
}

void Gateway::stop() {
    for (ModelRequest* request : world_.model.live) {
        Ending nothing;
        nothing.charge = false;
        if (request->phase == Phase::running) settle(*request, nothing, {});
    }
    world_.process->held.clear();
    world_.process->ledger->stop();
    TRACE(world_, "stop");
}

void Gateway::set_limits() {
    Random& random = world_.random;
    ModelOrganization& organization = random.pick(world_.model.organizations);
    const std::size_t index = random.below(organization.spenders.size());
    Limits& limits = organization.spenders[index].limits;
    limits.budget = random.one_in(3) ? std::nullopt : std::optional(NanoUsd{random.between(0, 600'000)});
    limits.reset = static_cast<LimitReset>(random.below(4));
    world_.process->set_limits(organization, index);
}

void Gateway::look_up() {
    if (world_.model.requests.empty()) return;
    const ModelRequest& request = world_.random.pick(world_.model.requests);
    if (request.phase == Phase::gone) return;
    const auto found = world_.process->ledger->find_request(request.id);
    if (!world_.machine.crashed() && world_.process->accepting()) invariants_.looked_up(request, found);
}

void Gateway::drop_what_is_over() {
    world_.process->ledger->flush();
    if (world_.machine.crashed()) return;
    invariants_.new_records();
    if (!world_.process->accepting()) return;
    const Status status = enforce_retention(world_.machine, world_.retention, world_.now_ms);
    TRACE(world_, "retention: " + (status.ok() ? "ok" : status.message()));
    invariants_.dropped();  // also after a crash: it is gone for good
}

void Gateway::flush() {
    world_.process->ledger->flush();
    if (world_.machine.crashed()) return;
    TRACE(world_, "flush");
    invariants_.flushed();
}

}  // namespace tollgate::simulation
