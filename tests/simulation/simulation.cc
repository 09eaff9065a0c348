#include "tests/simulation/simulation.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "accounting/ledger_verifier.h"

namespace tollgate::simulation {
namespace {

constexpr std::int64_t kBegin = 1'795'219'200'000;  // 2026-11-21
constexpr std::int64_t kHourMs = 3'600'000, kDayMs = 24 * kHourMs, kYearMs = 365 * kDayMs;
constexpr std::uint64_t kLeastSteps = 60, kMostSteps = 240;
// Made only if it is printed.
#define TRACE(...)                        \
    do {                                  \
        if (verbose_) trace(__VA_ARGS__); \
    } while (false)

constexpr std::string_view kDone = "data: [DONE]";

// A cost as docs say it is: pico-USD summed exactly, rounded once to nano-USD, half up.
NanoUsd price_of(const TokenUsage& usage, const Prices& prices) {
    const std::int64_t pico = usage.prompt * prices.prompt + usage.completion * prices.completion + prices.per_request;
    return {(pico + 500) / 1000};
}

Id128 numbered_id(std::uint64_t high, std::uint64_t low) {
    Id128 id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.bytes[7 - i] = static_cast<std::uint8_t>(high >> (8 * i));
        id.bytes[15 - i] = static_cast<std::uint8_t>(low >> (8 * i));
    }
    return id;
}

}  // namespace

void Tally::add(const Tally& other) {
    steps += other.steps, requests += other.requests, completed += other.completed, refused += other.refused;
    grants += other.grants, blocks += other.blocks, restarts += other.restarts, crashes += other.crashes;
    power_cuts += other.power_cuts, failed_commits += other.failed_commits, orphans += other.orphans;
    clock_jumps += other.clock_jumps;
}

Simulation::Simulation(std::uint64_t seed, const std::string& slot_path, bool verbose)
    : random_(seed), verbose_(verbose), machine_(slot_path, random_), now_ms_(kBegin + random_.between(0, kYearMs)) {
    options_.durability = random_.one_in(2) ? Durability::disk : Durability::process;
    options_.clock_ms = [this] { return now_ms_; };
    options_.retry_interval_ms = 0;
    lanes_ = static_cast<std::uint32_t>(random_.between(1, 3));
    slots_ = static_cast<std::uint32_t>(random_.between(lanes_ + 1, 16));
    const std::uint64_t organizations = 1 + random_.below(3);
    for (std::uint64_t i = 0; i < organizations; ++i) {
        ModelOrganization& organization = organizations_.emplace_back();
        organization.id = numbered_id(i + 1, seed);
        const auto add_spender = [&](std::string name) {
            ModelSpender& spender = organization.spenders.emplace_back();
            spender.name = std::move(name);
            if (random_.one_in(6)) spender.limits.concurrent_requests = random_.between(1, 4);
            if (random_.one_in(8)) spender.limits.requests_per_minute = random_.between(1, 30);
            return organization.spenders.size() - 1;
        };
        const Id128 project = numbered_id(100 + i, seed), member = numbered_id(200 + i, seed);
        const std::array shared = {add_spender(organization_name(organization.id)), add_spender(project_name(project)),
                                   add_spender(member_name(organization.id, member))};
        const std::uint64_t keys = 1 + random_.below(2);
        for (std::uint64_t k = 0; k < keys; ++k) {
            const KeyDigest digest = digest_key("key " + std::to_string(i) + "/" + std::to_string(k));
            organization.keys.push_back(
                {digest, project, member, {shared[0], shared[1], shared[2], add_spender(key_name(digest))}});
        }
    }
}

Spenders Simulation::spenders_of(const ModelOrganization& organization, const ModelKey& key) {
    CreditTable& credits = process_->credits;
    return {&credits.project(key.project), &credits.member(organization.id, key.member), &credits.key(key.digest)};
}

Spender& Simulation::credit_of(const ModelOrganization& organization, std::size_t spender) {
    const ModelKey& any = organization.keys.front();
    if (spender == 0) return credit_of(organization).spender();
    if (spender == 1) return process_->credits.project(any.project);
    if (spender == 2) return process_->credits.member(organization.id, any.member);
    return process_->credits.key(organization.keys[spender - 3].digest);
}

void Simulation::trace(const std::string& what) const {
    std::printf("%4llu  %s\n", static_cast<unsigned long long>(tally_.steps), what.c_str());
}

std::string Simulation::name_of(const ModelRequest& request) const {
    return "request " + to_ulid(request.id) + " (" + kPhaseNames[static_cast<std::size_t>(request.phase)] + ", lane " +
           std::to_string(request.lane) + ", slot " + std::to_string(request.slot) + ")";
}

void Simulation::run() {
    TRACE(std::string("durability ") + (options_.durability == Durability::disk ? "disk" : "process") + ", " +
          std::to_string(lanes_) + " lanes, " + std::to_string(slots_) + " slots, " +
          std::to_string(organizations_.size()) + " organizations");
    restart(false);
    for (std::size_t i = 0; i < organizations_.size(); ++i) {
        if (!random_.one_in(4)) grant_to(i, {random_.between(500'000, 5'000'000)});
    }
    const std::uint64_t steps = kLeastSteps + random_.below(kMostSteps - kLeastSteps);
    while (tally_.steps < steps) {
        ++tally_.steps;
        one_step();
        if (machine_.crashed()) {
            TRACE("crash at " + machine_.crash_point());
            restart(random_.one_in(4));
        }
        check();
    }
    ++tally_.steps;
    machine_.arm(0);
    stop_orderly();
    for (const ModelOrganization& organization : organizations_) {
        REQUIRE(credit_of(organization).snapshot().held == NanoUsd{}, "I6", "credit is held when nothing runs");
    }
    REQUIRE(process_->slots->in_use() == 0, "I6", "slots are in use when nothing runs");
    verify();
    if (random_.one_in(4)) tamper();
    tally_.blocks = books_.blocks();
}

void Simulation::one_step() {
    const std::int64_t passed_ms = random_.between(0, 3000);
    now_ms_ += passed_ms;
    monotonic_ms_ += passed_ms;
    const std::uint64_t choice = random_.below(100);
    if (choice < 25) return begin_request();
    if (choice < 72) {
        ModelRequest* request = pick_running();
        if (request == nullptr) return begin_request();
        if (random_.one_in(20)) return abandon_request(*request);
        if (random_.one_in(8)) return resize_hold(*request);
        if (request->upstream.over() || request->meter.facts().done) return finish_request(*request);
        return feed_upstream(*request);
    }
    if (choice < 82) return flush();
    if (choice < 86) return grant_to(random_.below(organizations_.size()), {random_.between(1, 2'000'000)});
    if (choice < 88) return repeat_grant();
    if (choice < 90) return set_limits();
    if (choice < 92) return look_up();
    if (choice < 94) return move_clock();
    if (choice < 96) return machine_.write_back();
    break_something();
}

ModelRequest* Simulation::pick_running() {
    std::vector<ModelRequest*> running;
    for (ModelRequest* request : live_) {
        if (request->phase == Phase::running) running.push_back(request);
    }
    return running.empty() ? nullptr : random_.pick(running);
}

void Simulation::begin_request() {
    if (!accepting()) return;  // as admission does
    ModelRequest request;
    request.organization = random_.below(organizations_.size());
    ModelOrganization& organization = organizations_[request.organization];
    request.key = random_.below(organization.keys.size());
    const ModelKey& key = organization.keys[request.key];
    request.lane = static_cast<std::uint32_t>(random_.below(lanes_));
    request.created_ms = now_ms_;
    // As a ULID: time, then what makes it unique.
    request.id = numbered_id(static_cast<std::uint64_t>(now_ms_) << 16 | request.lane, ++next_id_);
    request.prices = {.prompt = random_.between(0, 900'000), .completion = random_.between(0, 4'000'000)};
    request.prompt_estimate = random_.between(10, 60);
    const std::int64_t output_bound = random_.between(1, 12);
    request.hold = price_of({.prompt = request.prompt_estimate, .completion = output_bound}, request.prices);
    request.first_hold = request.hold;

    const auto slot = process_->slots->acquire(request.lane);
    if (!slot) {
        ++tally_.refused;
        REQUIRE(process_->slots->in_use() > 0, "I6", "no slot is free, and none is in use");
        TRACE("no slot on lane " + std::to_string(request.lane));
        return;
    }
    request.slot = *slot;
    const Demand demand{.amount = request.hold, .tokens = 0, .unix_ms = now_ms_, .monotonic_ms = monotonic_ms_};
    const Admission admission = credit_of(organization).hold(spenders_of(organization, key), demand);
    check_admission(organization, key, request, admission);
    if (admission.refusal) {
        ++tally_.refused;
        process_->slots->release_unopened(request.lane, *slot);
        TRACE("refused a hold of " + to_usd(request.hold));
        return;
    }
    hold(organization, key, request.hold);
    for (const std::size_t spender : key.spenders) {
        ++organization.spenders[spender].running;
        organization.spenders[spender].admitted_ms.push_back(monotonic_ms_);
    }

    ModelRequest& kept = requests_.emplace_back(std::move(request));
    by_id_.emplace(kept.id, &kept);
    live_.push_back(&kept);
    ++tally_.requests;
    RequestOpened opened;
    opened.request = kept.id;
    opened.organization = organization.id;
    opened.project = key.project;
    opened.member = key.member;
    opened.key = key.digest;
    opened.created_ms = kept.created_ms;
    opened.streamed = true;
    opened.model = "sample/echo";
    opened.provider = "sample";
    opened.prices = kept.prices;
    opened.hold = kept.hold;
    opened.prompt_estimate = kept.prompt_estimate;
    opened.output_bound = output_bound;
    std::array<std::byte, kSlotOpenBytes> bytes;
    process_->slots->publish_open(kept.slot, std::span(bytes).first(encode(opened, bytes)));
    TRACE("open " + name_of(kept) + ", hold " + to_usd(kept.hold));
    if (machine_.crashed()) return;
    kept.phase = Phase::running;
    kept.upstream = Upstream::make(random_, kept.prompt_estimate, output_bound);
    kept.meter.begin({});
}

bool Simulation::covered(ModelOrganization& organization, const ModelKey& key, NanoUsd amount, std::int64_t at_ms) {
    if (amount > organization.granted - organization.used - organization.held) return false;
    for (const std::size_t index : key.spenders) {
        ModelSpender& spender = organization.spenders[index];
        const Limits& limits = spender.limits;
        if (!limits.budget) continue;
        if (limits.reset != LimitReset::lifetime) spender.spent.see(at_ms);
        if (amount > *limits.budget - spender.spent.spent(limits.reset, at_ms) - spender.held) return false;
    }
    return true;
}

void Simulation::check_admission(ModelOrganization& organization, const ModelKey& key, const ModelRequest& request,
                                 const Admission& admission) {
    const bool enough = covered(organization, key, request.hold, now_ms_);
    const std::string amount = "a hold of " + to_usd(request.hold);
    bool busy = false, quick = false;
    for (const std::size_t index : key.spenders) {
        ModelSpender& spender = organization.spenders[index];
        auto& admitted = spender.admitted_ms;
        while (!admitted.empty() && admitted.front() <= monotonic_ms_ - RateBucket::kMinuteMs) admitted.pop_front();
        const auto& limits = spender.limits;
        busy = busy || (limits.concurrent_requests && spender.running >= *limits.concurrent_requests);
        quick = quick || (limits.requests_per_minute && !admitted.empty());
        // A full bucket and a minute's refilling: no more than twice the rate in any minute.
        const auto in_a_minute = static_cast<std::int64_t>(admitted.size());
        REQUIRE(admission.refusal || !limits.requests_per_minute || in_a_minute < 2 * *limits.requests_per_minute,
                "I16", "more requests a minute than the limit allows");
    }
    if (!admission.refusal) {
        REQUIRE(enough, "I1", amount + " is given, but not covered");
        REQUIRE(!busy, "I16", amount + " is given beyond the limit of concurrent requests");
        return;
    }
    const auto limit = admission.refusal->limit;
    const bool of_money = limit == Refusal::Limit::credit || limit == Refusal::Limit::budget;
    REQUIRE(of_money == !enough, "I13", amount + " is refused for the wrong reason, or covered");
    if (limit == Refusal::Limit::concurrent_requests) REQUIRE(busy, "I13", amount + " is refused, but few run");
    if (limit == Refusal::Limit::requests_per_minute) REQUIRE(quick, "I13", amount + " is refused, but none came");
}

void Simulation::hold(ModelOrganization& organization, const ModelKey& key, NanoUsd more) {
    organization.held += more;
    for (const std::size_t spender : key.spenders) organization.spenders[spender].held += more;
}

// An answer that becomes longer than thought, or a candidate that costs less.
void Simulation::resize_hold(ModelRequest& request) {
    ModelOrganization& organization = organizations_[request.organization];
    const ModelKey& key = organization.keys[request.key];
    if (random_.one_in(3)) {
        const NanoUsd less{random_.between(0, request.hold.value)};
        credit_of(organization).shrink(spenders_of(organization, key), less);
        hold(organization, key, -less);
        request.hold -= less;
        return;
    }
    const NanoUsd more{random_.between(0, 20'000)};
    const auto refusal = credit_of(organization).grow(spenders_of(organization, key), more, request.created_ms);
    const bool enough = covered(organization, key, more, request.created_ms);
    REQUIRE(enough || refusal, "I1", "a hold grows by " + to_usd(more) + ", which is not covered");
    REQUIRE(!enough || !refusal, "I13", "a hold does not grow by " + to_usd(more) + ", which is covered");
    if (refusal) return;
    hold(organization, key, more);
    request.hold += more;
}

// What the gateway's relay does with a read: meter, publish progress, forward.
void Simulation::feed_upstream(ModelRequest& request) {
    std::string out;
    request.meter.feed(request.upstream.take(1 + random_.below(400)), out);
    REQUIRE(out.find(kDone) == std::string::npos, "I2", name_of(request) + ": the end is sent before the settlement");
    request.progress_before = std::exchange(request.progress, request.meter.facts().content_events);
    process_->slots->publish_progress(request.slot, request.progress);
}

void Simulation::finish_request(ModelRequest& request) {
    request.meter.finish();
    const StreamFacts& facts = request.meter.facts();
    RequestSettled settled;
    const bool complete = facts.done;
    REQUIRE(complete == request.upstream.complete, "I2", name_of(request) + ": a broken answer looks whole");
    if (complete) {
        settled.usage = facts.has_usage ? facts.usage
                                        : TokenUsage{.prompt = request.prompt_estimate,
                                                     .completion = counted_completion_tokens(facts)};
        settled.source = facts.has_usage ? UsageSource::provider : UsageSource::counted;
        REQUIRE(settled.usage == request.upstream.usage, "I14", name_of(request) + ": metered other than was sent");
        settled.cost = cost_of(settled.usage, request.prices);
        REQUIRE(settled.cost == price_of(settled.usage, request.prices), "I14", name_of(request) + ": a wrong cost");
        settled.finish_reason = "stop";
    } else {
        settled.error = "upstream_incomplete";  // insured: free
    }
    settle(request, settled);
    if (machine_.crashed() || !complete) return;
    std::string out;
    request.meter.append_held(settled.usage, settled.cost, out);
    REQUIRE(out.find(kDone) != std::string::npos, "I2", name_of(request) + ": a whole answer has no end");
    ++tally_.completed;
}

// The client left: what was generated is charged.
void Simulation::abandon_request(ModelRequest& request) {
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

void Simulation::settle(ModelRequest& request, const RequestSettled& facts) {
    ModelOrganization& organization = organizations_[request.organization];
    const ModelKey& key = organization.keys[request.key];
    const NanoUsd coverable = organization.granted - organization.used - organization.held + request.hold;
    const Charge charge = credit_of(organization)
                              .settle(spenders_of(organization, key),
                                      {.held = request.hold, .cost = facts.cost, .unix_ms = request.created_ms});
    REQUIRE(charge.charged + charge.overrun == facts.cost, "I8", name_of(request) + ": a part of the cost is nowhere");
    REQUIRE(charge.charged == std::min(facts.cost, coverable), "I8",
            name_of(request) + ": charged " + to_usd(charge.charged) + " of " + to_usd(facts.cost) + ", coverable " +
                to_usd(coverable));
    hold(organization, key, -request.hold);
    organization.used += charge.charged;
    for (const std::size_t spender : key.spenders) {
        --organization.spenders[spender].running;
        organization.spenders[spender].spent.add(request.created_ms, charge.charged);
    }
    request.cost = facts.cost;
    request.charged = charge.charged;

    RequestSettled settled = facts;
    settled.settled_ms = now_ms_;
    settled.charged = charge.charged;
    settled.overrun = charge.overrun;
    settled.provider_cost = facts.cost;
    std::array<std::byte, kSlotSettlementBytes> bytes;
    request.phase = Phase::settling;
    process_->slots->publish_settled(request.lane, request.slot, std::span(bytes).first(encode(settled, bytes)));
    TRACE("settle " + name_of(request) + ", charged " + to_usd(charge.charged) + " of " + to_usd(facts.cost));
    if (!machine_.crashed()) request.phase = Phase::settled;
}

void Simulation::grant_to(std::size_t index, NanoUsd amount) {
    ModelGrant wanted{.organization = index,
                      .amount = amount,
                      .idempotency_key = random_.one_in(2) ? "payment " + std::to_string(++next_id_) : "",
                      .transaction = {}};
    ModelOrganization& organization = organizations_[wanted.organization];
    const auto result = process_->ledger->grant({organization.id, wanted.amount, wanted.idempotency_key, ""}, now_ms_);
    TRACE("grant " + to_usd(wanted.amount) + (result ? "" : ": " + result.error().message()));
    if (!machine_.crashed() && result) {
        REQUIRE(!result->repeated, "I3", "a first grant is taken for a repeated one");
        wanted.transaction = result->transaction;
        organization.granted += wanted.amount;
        ++tally_.grants;
    }
    grants_.push_back(std::move(wanted));
}

void Simulation::repeat_grant() {
    if (grants_.empty()) return;
    ModelGrant& known = random_.pick(grants_);
    if (known.idempotency_key.empty()) return;
    ModelOrganization& organization = organizations_[known.organization];
    const auto result = process_->ledger->grant({organization.id, known.amount, known.idempotency_key, ""}, now_ms_);
    TRACE("repeat grant " + to_usd(known.amount) + (result ? "" : ": " + result.error().message()));
    if (machine_.crashed() || !result) return;
    if (known.transaction) {
        REQUIRE(result->repeated && result->transaction == *known.transaction, "I3",
                "a repeated grant is booked again");
        return;
    }
    if (result->repeated) return;  // booked by a retry within this step: check_grants() finds it
    known.transaction = result->transaction;
    organization.granted += known.amount;
    ++tally_.grants;
}

void Simulation::set_limits() {
    ModelOrganization& organization = random_.pick(organizations_);
    const std::size_t index = random_.below(organization.spenders.size());
    Limits& limits = organization.spenders[index].limits;
    limits.budget = random_.one_in(3) ? std::nullopt : std::optional(NanoUsd{random_.between(0, 600'000)});
    limits.reset = static_cast<LimitReset>(random_.below(4));
    credit_of(organization).set_limits(credit_of(organization, index), limits);
}

void Simulation::look_up() {
    if (requests_.empty()) return;
    const ModelRequest& request = random_.pick(requests_);
    if (request.phase == Phase::gone) return;
    const auto found = process_->ledger->find_request(request.id);
    if (machine_.crashed() || !accepting()) return;
    const bool recorded = request.phase == Phase::settled || request.phase == Phase::booked;
    REQUIRE(found.has_value() == recorded, "I2",
            name_of(request) + (found ? " is found before it ended" : ": " + found.error().message()));
    REQUIRE(!found || found->settled().charged == request.charged, "I4", name_of(request) + ": found with other sums");
}

void Simulation::flush() {
    process_->ledger->flush();
    if (machine_.crashed()) return;
    TRACE("flush");
    REQUIRE(!accepting() || process_->slots->awaiting_journal() == 0, "I2", "a flush leaves settled slots behind");
}

void Simulation::move_clock() {
    constexpr std::array<std::int64_t, 8> kJumps = {kHourMs, -kHourMs,     kDayMs, -kDayMs,
                                                    1000,    10 * kYearMs, -1000,  -10 * kYearMs};
    now_ms_ = std::max<std::int64_t>(now_ms_ + random_.pick(kJumps), kDayMs);
    ++tally_.clock_jumps;
    TRACE("clock " + std::to_string(now_ms_));
}

void Simulation::break_something() {
    switch (random_.below(6)) {
        case 0:
            return machine_.crash();
        case 1:
        case 2:
            return machine_.arm(1 + random_.below(12));
        case 3:
            ++tally_.failed_commits;
            return machine_.fail_next_commit(random_.one_in(2) ? CommitFault::refused : CommitFault::unknown);
        case 4:
            ++tally_.failed_commits;
            TRACE(machine_.full() ? "the disk has room again" : "the disk is full");
            return machine_.set_full(!machine_.full());
        default:
            stop_orderly();
            if (!machine_.crashed()) machine_.crash();
    }
}

// The gateway's shutdown: what still runs is cut at no cost.
void Simulation::stop_orderly() {
    for (ModelRequest* request : live_) {
        if (request->phase == Phase::running) settle(*request, {});
    }
    process_->ledger->stop();
    TRACE("stop");
    if (machine_.crashed()) return;
    check_new_records();
    if (!accepting()) {  // then the next process books what is left
        machine_.crash();
        restart(false);
    }
}

void Simulation::restart(bool power_cut) {
    if (process_ != nullptr) {
        process_.reset();
        ++tally_.restarts;
        if (power_cut) machine_.cut_power();
    }
    tally_.power_cuts += power_cut ? 1 : 0;
    machine_.restart();
    while (!start_process()) {
        process_.reset();
        const bool again = random_.one_in(4);
        if (again) machine_.cut_power();
        power_cut = power_cut || again;
        machine_.restart();
    }
    take_stock(power_cut);
}

bool Simulation::start_process() {
    bool trouble = tally_.steps > 0 && random_.one_in(4);
    if (trouble && random_.one_in(2))
        machine_.fail_next_commit(random_.one_in(2) ? CommitFault::refused : CommitFault::unknown);
    else if (trouble)
        machine_.arm(1 + random_.below(10));
    options_.checkpoint_interval_ms = random_.one_in(2) ? 0 : 1'000'000'000;
    options_.max_entries_per_block = static_cast<std::uint32_t>(random_.one_in(2) ? 4096 : random_.between(1, 4));
    process_ = std::make_unique<Process>();
    auto slots =
        SlotFile::open({.path = machine_.slot_path(), .slots = slots_, .workers = lanes_, .boot_epoch = ++boot_epoch_});
    REQUIRE(slots.has_value(), "I9", slots ? "" : "the slot file does not open: " + slots.error().message());
    process_->slots = std::move(*slots);
    auto ledger = Ledger::open(machine_, *process_->slots, process_->credits, options_, now_ms_);
    if (machine_.crashed()) {
        ++tally_.crashes;
        TRACE("crash in recovery at " + machine_.crash_point());
        return false;
    }
    if (!ledger) {
        REQUIRE(trouble, "I9", "the ledger does not open: " + ledger.error().message());
        TRACE("recovery fails: " + ledger.error().message());
        machine_.crash();
        return false;
    }
    process_->ledger = std::move(*ledger);
    machine_.arm(0);
    machine_.fail_next_commit(CommitFault::none);
    return true;
}

// What the new process found is held against what was promised; then the model begins anew from the journal.
void Simulation::take_stock(bool power_cut) {
    books_ = Books();
    books_.read(machine_);
    for (const auto& [id, record] : books_.requests()) {
        REQUIRE(by_id_.contains(id), "I3", "the journal has a request that never was: " + to_ulid(id));
    }
    for (ModelRequest& request : requests_) check_after_restart(request, power_cut);
    check_grants();
    live_.clear();
    (void)books_.take_new_requests();
    rebuild_model();
    verify();
    TRACE("started: " + std::to_string(books_.blocks()) + " blocks, " + std::to_string(books_.requests().size()) +
          " requests" + (power_cut ? ", after a power cut" : ""));
}

void Simulation::check_after_restart(ModelRequest& request, bool power_cut) {
    const auto found = books_.requests().find(request.id);
    if (found == books_.requests().end()) {
        const bool may_lack = request.phase == Phase::opening || request.phase == Phase::gone || power_cut;
        REQUIRE(may_lack, request.phase == Phase::booked ? "I11" : "I2", name_of(request) + " has no record");
        REQUIRE(!request.durable, "I11", name_of(request) + " was on the disk and is lost");
        request.phase = Phase::gone;
        return;
    }
    REQUIRE(request.phase != Phase::gone, "I9", name_of(request) + " was lost and is back");
    const bool was_final = request.phase == Phase::settled || request.phase == Phase::booked;
    check_record(request, found->second, !was_final || (power_cut && !request.durable));
    if (request.phase != Phase::booked) tally_.orphans += found->second.orphan ? 1 : 0;
    request.phase = Phase::booked;
    request.orphan = found->second.orphan;
    request.cost = found->second.cost;
    request.charged = found->second.charged;
    request.durable = options_.durability == Durability::disk;
}

void Simulation::check_record(const ModelRequest& request, const BookedRequest& record, bool may_be_orphan) const {
    const ModelOrganization& organization = organizations_[request.organization];
    const ModelKey& key = organization.keys[request.key];
    REQUIRE(record.organization == organization.id && record.key == key.digest && record.project == key.project &&
                record.member == key.member,
            "I10", name_of(request) + " is booked to another");
    if (record.orphan && (may_be_orphan || !request.orphan)) {
        REQUIRE(may_be_orphan, "I2", name_of(request) + " was settled, but is booked as an orphan");
        const auto policy = [&](std::uint64_t progress) {
            if (progress == 0) return NanoUsd{};
            const TokenUsage usage{.prompt = request.prompt_estimate,
                                   .completion = static_cast<std::int64_t>(progress)};
            return std::min(request.first_hold, price_of(usage, request.prices));
        };
        bool known = false;  // a power cut may have kept an older progress
        for (std::uint64_t progress = 0; progress <= request.progress && !known; ++progress) {
            known = record.cost == policy(progress);
        }
        REQUIRE(known, "I9", name_of(request) + " is charged " + to_usd(record.cost) + ", no policy says so");
        REQUIRE(record.charged <= request.first_hold, "I8",
                name_of(request) + ": an orphan is charged more than its hold");
        return;
    }
    REQUIRE(record.cost == request.cost && record.charged == request.charged, "I4",
            name_of(request) + " is booked with " + to_usd(record.charged) + " of " + to_usd(record.cost) + ", not " +
                to_usd(request.charged) + " of " + to_usd(request.cost));
}

void Simulation::check_grants() {
    std::map<Id128, BookedGrant> unmatched = books_.grants();
    for (const ModelGrant& grant : grants_) {
        if (!grant.transaction) continue;
        const auto found = unmatched.find(*grant.transaction);
        REQUIRE(found != unmatched.end(), "I11",
                "a grant of " + to_usd(grant.amount) + " was acknowledged and is lost");
        REQUIRE(
            found->second.amount == grant.amount && found->second.organization == organizations_[grant.organization].id,
            "I4", "a grant is booked with another sum");
        unmatched.erase(found);
    }
    // What is left must be grants whose callers got no answer.
    for (ModelGrant& grant : grants_) {
        if (grant.transaction) continue;
        const auto found = std::ranges::find_if(unmatched, [&](const auto& booked) {
            return booked.second.amount == grant.amount &&
                   booked.second.organization == organizations_[grant.organization].id;
        });
        if (found == unmatched.end()) continue;
        grant.transaction = found->first;
        organizations_[grant.organization].granted += grant.amount;
        unmatched.erase(found);
    }
    REQUIRE(unmatched.empty(), "I3", "the journal has a grant that nobody made, or one twice");
}

void Simulation::rebuild_model() {
    for (ModelOrganization& organization : organizations_) {
        const BookedTotals totals = books_.totals(organization.id);
        organization.granted = totals.granted;
        organization.used = totals.used;
        organization.held = {};
        for (std::size_t index = 0; index < organization.spenders.size(); ++index) {
            ModelSpender& spender = organization.spenders[index];
            spender.held = {};
            spender.running = 0;
            spender.admitted_ms.clear();
            spender.spent = {};
            for (const auto& [at_ms, amount] : books_.charges(spender.name)) spender.spent.add(at_ms, amount);
            credit_of(organization).set_limits(credit_of(organization, index), spender.limits);
        }
    }
}

// What `tollgate ledger verify` does, with the program's own reference ledger.
void Simulation::verify() {
    const VerifyReport report = verify_ledger(machine_);
    REQUIRE(!report.difference, "I15", report.difference ? to_string(*report.difference) : "");
    REQUIRE(report.blocks == books_.blocks() && report.requests == books_.requests().size(), "I15",
            "verify sees other blocks or requests than there are");
}

// One byte of the journal changes on the disk: verify has to find it.
void Simulation::tamper() {
    const auto changed = machine_.flip_byte(random_.one_in(2) ? Family::money : Family::usage);
    REQUIRE(!changed || verify_ledger(machine_).difference, "I7", "a changed byte is not found");
}

void Simulation::check() {
    check_new_records();
    if (accepting()) check_grants();
    check_balances();
}

void Simulation::check_new_records() {
    books_.read(machine_);
    for (const Id128& id : books_.take_new_requests()) {
        const auto known = by_id_.find(id);
        REQUIRE(known != by_id_.end(), "I3", "the journal has a request that never was: " + to_ulid(id));
        ModelRequest& request = *known->second;
        REQUIRE(request.phase == Phase::settled, "I9", name_of(request) + " is booked before it ended");
        check_record(request, books_.requests().at(id), false);
        request.phase = Phase::booked;
    }
    // A commit that was answered, if only at its repetition, was acknowledged at this level.
    for (ModelRequest& request : requests_) {
        if (!accepting() || options_.durability != Durability::disk) break;
        request.durable = request.durable || request.phase == Phase::booked;
    }
    std::erase_if(live_, [](const ModelRequest* request) { return request->phase == Phase::booked; });
}

void Simulation::check_spender(const ModelOrganization& organization, std::size_t index) {
    const ModelSpender& spender = organization.spenders[index];
    const Spender state = credit_of(organization).state_of(credit_of(organization, index), now_ms_, monotonic_ms_);
    const std::string name = std::string(1, spender.name.front()) + std::to_string(index);
    for (const auto window : {LimitReset::lifetime, LimitReset::daily, LimitReset::weekly, LimitReset::monthly}) {
        const NanoUsd spent = spender.spent.spent(window, now_ms_);
        REQUIRE(state.spent.in(window) == spent, window == LimitReset::lifetime ? "I10" : "I12",
                "spender " + name + " spent " + to_usd(state.spent.in(window)) + " in window " +
                    std::to_string(static_cast<int>(window)) + ", should be " + to_usd(spent));
    }
    REQUIRE(state.held == spender.held, "I6", "spender " + name + " holds other than its requests do");
    REQUIRE(state.running == spender.running, "I6", "spender " + name + " runs other requests than there are");
}

void Simulation::check_balances() {
    for (const ModelOrganization& organization : organizations_) {
        const auto snapshot = credit_of(organization).snapshot();
        REQUIRE(snapshot.granted - snapshot.used - snapshot.held >= NanoUsd{}, "I1", "available credit is below zero");
        REQUIRE(snapshot.used == organization.used, "I4",
                "used is " + to_usd(snapshot.used) + ", should be " + to_usd(organization.used));
        REQUIRE(snapshot.held == organization.held, "I6",
                "held is " + to_usd(snapshot.held) + ", should be " + to_usd(organization.held));
        REQUIRE(snapshot.granted == organization.granted, "I4",
                "granted is " + to_usd(snapshot.granted) + ", should be " + to_usd(organization.granted));
        for (std::size_t index = 0; index < organization.spenders.size(); ++index) {
            check_spender(organization, index);
        }
    }
    if (!accepting()) return;
    const auto in_slots = static_cast<std::uint32_t>(live_.size());
    REQUIRE(process_->slots->in_use() == in_slots, "I6",
            std::to_string(process_->slots->in_use()) + " slots are in use, should be " + std::to_string(in_slots));
}

}  // namespace tollgate::simulation
