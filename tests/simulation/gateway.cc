#include "tests/simulation/gateway.h"

#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tollgate::simulation {

Spenders Gateway::spenders_of(const ModelRequest& request) {
    return world_.process->spenders_of(world_.model.organization_of(request), world_.model.key_of(request));
}

OrganizationCredit& Gateway::credit_of(const ModelRequest& request) {
    return world_.process->credit_of(world_.model.organization_of(request));
}

void Gateway::begin_request() {
    Random& random = world_.random;
    Process& process = *world_.process;
    if (!process.accepting()) return;  // as admission does
    ModelRequest request;
    request.organization = random.below(world_.model.organizations.size());
    request.key = random.below(world_.model.organization_of(request).keys.size());
    request.lane = static_cast<std::uint32_t>(random.below(world_.lanes));
    request.created_ms = world_.now_ms;
    // As a ULID: time, then what makes it unique.
    request.id = numbered_id(static_cast<std::uint64_t>(world_.now_ms) << 16 | request.lane, ++next_id_);
    request.prices = {.prompt = random.between(0, 900'000), .completion = random.between(0, 4'000'000)};
    request.prompt_estimate = random.between(10, 60);
    const std::int64_t output_bound = random.between(1, 12);
    request.hold = price_of({.prompt = request.prompt_estimate, .completion = output_bound}, request.prices);
    request.published_holds = {request.hold};

    const auto slot = process.slots->acquire(request.lane);
    if (!slot) {
        ++world_.tally.refused;
        invariants_.no_slot_is_free();
        TRACE(world_, "no slot on lane " + std::to_string(request.lane));
        return;
    }
    request.slot = *slot;
    const Demand demand{
        .amount = request.hold, .tokens = 0, .unix_ms = world_.now_ms, .monotonic_ms = world_.monotonic_ms};
    const Admission admission = credit_of(request).hold(spenders_of(request), demand);
    invariants_.admitted(request, admission);
    if (admission.refusal) {
        ++world_.tally.refused;
        process.slots->release_unopened(request.lane, *slot);
        TRACE(world_, "refused a hold of " + to_usd(request.hold));
        return;
    }
    ++world_.tally.requests;
    open(world_.model.begin(std::move(request), world_.monotonic_ms), output_bound);
}

void Gateway::open(ModelRequest& request, std::int64_t output_bound) {
    const ModelKey& key = world_.model.key_of(request);
    RequestOpened opened;
    opened.request = request.id;
    opened.organization = world_.model.organization_of(request).id;
    opened.project = key.project;
    opened.member = key.member;
    opened.key = key.digest;
    opened.created_ms = request.created_ms;
    opened.streamed = true;
    opened.model = "sample/echo";
    opened.provider = "sample";
    opened.prices = request.prices;
    opened.hold = request.hold;
    opened.prompt_estimate = request.prompt_estimate;
    opened.output_bound = output_bound;
    std::array<std::byte, kSlotOpenBytes> bytes;
    world_.process->slots->publish_open(request.slot, std::span(bytes).first(encode(opened, bytes)));
    TRACE(world_, "open " + name_of(request) + ", hold " + to_usd(request.hold));
    if (world_.machine.crashed()) return;
    request.phase = Phase::running;
    request.upstream = Upstream::make(world_.random, request.prompt_estimate, output_bound);
    request.meter.begin({});
}

void Gateway::continue_request() {
    std::vector<ModelRequest*> running;
    for (ModelRequest* request : world_.model.live) {
        if (request->phase == Phase::running) running.push_back(request);
    }
    if (running.empty()) return begin_request();
    ModelRequest& request = *world_.random.pick(running);
    if (world_.random.one_in(20)) return abandon(request);
    if (world_.random.one_in(8)) return resize_hold(request);
    if (request.upstream.over() || request.meter.facts().done) return finish(request);
    feed(request);
}

// What the gateway's relay does with a read: meter, publish progress, forward.
void Gateway::feed(ModelRequest& request) {
    std::string out;
    request.meter.feed(request.upstream.take(1 + world_.random.below(400)), out);
    invariants_.sent_before_settlement(request, out);
    request.progress = static_cast<std::uint64_t>(counted_completion_tokens(request.meter.facts()));
    world_.process->slots->publish_progress(request.slot, request.progress);
}

void Gateway::finish(ModelRequest& request) {
    request.meter.finish();
    const StreamFacts& facts = request.meter.facts();
    RequestSettled settled;
    if (facts.done) {
        settled.usage = facts.has_usage ? facts.usage
                                        : TokenUsage{.prompt = request.prompt_estimate,
                                                     .completion = counted_completion_tokens(facts)};
        settled.source = facts.has_usage ? UsageSource::provider : UsageSource::counted;
        settled.cost = cost_of(settled.usage, request.prices);
        settled.finish_reason = "stop";
    } else {
        settled.error = "upstream_incomplete";  // insured: free
    }
    invariants_.metered(request, settled);
    settle(request, settled);
    if (world_.machine.crashed() || !facts.done) return;
    std::string out;
    request.meter.append_held(settled.usage, settled.cost, out);
    invariants_.sent_after_settlement(request, out);
    ++world_.tally.completed;
}

// The client left: what was generated is charged.
void Gateway::abandon(ModelRequest& request) {
    RequestSettled settled;
    settled.cancelled = true;
    const std::int64_t tokens = counted_completion_tokens(request.meter.facts());
    if (tokens > 0) {
        settled.usage = {.prompt = request.prompt_estimate, .completion = tokens};
        settled.source = UsageSource::counted;
        settled.cost = cost_of(settled.usage, request.prices);
    }
    settle(request, settled);
}

// An answer that becomes longer than thought, or a candidate that costs less.
void Gateway::resize_hold(ModelRequest& request) {
    if (world_.random.one_in(3)) {
        const NanoUsd less{world_.random.between(0, request.hold.value)};
        credit_of(request).shrink(spenders_of(request), less, request.created_ms);
        world_.model.grow_hold(request, -less);
        return;
    }
    const NanoUsd more{world_.random.between(0, 20'000)};
    const NanoUsd least{world_.random.between(0, more.value)};
    const Growth growth = credit_of(request).grow(spenders_of(request), more, least, request.created_ms);
    invariants_.grown(request, more, least, growth);
    world_.model.grow_hold(request, growth.taken);
    if (growth.taken == NanoUsd{}) return;
    request.published_holds.push_back(request.hold);
    world_.process->slots->publish_hold(request.slot, static_cast<std::uint64_t>(request.hold.value));
}

void Gateway::settle(ModelRequest& request, const RequestSettled& facts) {
    const Charge charge = credit_of(request).settle(
        spenders_of(request), {.held = request.hold, .cost = facts.cost, .unix_ms = request.created_ms});
    invariants_.charged(request, facts.cost, charge);
    world_.model.settle(request, facts.cost, charge.charged);

    RequestSettled settled = facts;
    settled.settled_ms = world_.now_ms;
    settled.charged = charge.charged;
    settled.overrun = charge.overrun;
    settled.provider_cost = facts.cost;
    std::array<std::byte, kSlotSettlementBytes> bytes;
    request.phase = Phase::settling;
    world_.process->slots->publish_settled(request.lane, request.slot, std::span(bytes).first(encode(settled, bytes)));
    TRACE(world_, "settle " + name_of(request) + ", charged " + to_usd(charge.charged) + " of " + to_usd(facts.cost));
    if (!world_.machine.crashed()) request.phase = Phase::settled;
}

void Gateway::stop() {
    for (ModelRequest* request : world_.model.live) {
        if (request->phase == Phase::running) settle(*request, {});
    }
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

void Gateway::flush() {
    world_.process->ledger->flush();
    if (world_.machine.crashed()) return;
    TRACE(world_, "flush");
    invariants_.flushed();
}

}  // namespace tollgate::simulation
