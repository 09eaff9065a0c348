#include "tests/simulation/invariants.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "accounting/ledger/journal_reader.h"
#include "accounting/verify/ledger_verifier.h"

namespace tollgate::simulation {
namespace {

constexpr std::string_view kDone = "data: [DONE]";

// What the policy for requests that a process left running may charge for this one.
bool is_orphans_cost(const ModelRequest& request, const BookedRequest& record, bool power_cut, bool by_its_provider) {
    const auto fits = [&](std::size_t candidate, std::uint64_t progress, NanoUsd hold) {
        if (by_its_provider && record.provider != provider_name(candidate)) return false;
        if (progress == 0) return record.cost == NanoUsd{};
        const TokenUsage usage{.prompt = request.prompt_counted, .completion = static_cast<std::int64_t>(progress)};
        return record.cost == std::min(hold, price_of(usage, request.candidates[candidate]));
    };
    const NanoUsd last_hold = request.published_holds.back();
    if (fits(request.candidate, request.progress, last_hold)) return true;
    if (request.switching && fits(request.failed.back().candidate, request.failed.back().progress, last_hold)) {
        return true;
    }
    if (!power_cut) return false;
    // It may have kept an older progress, of an older candidate too, and an older hold.
    std::vector<ModelRequest::Attempt> attempts = request.failed;
    attempts.push_back({request.candidate, request.progress});
    for (const NanoUsd hold : request.published_holds) {
        for (const auto& [candidate, most] : attempts) {
            for (std::uint64_t progress = 0; progress <= most; ++progress) {
                if (fits(candidate, progress, hold)) return true;
            }
        }
    }
    return false;
}

bool noted_as_over(Store& store, const BookedRequest& record) {
    const auto kept_from = retained_from_day(store, record.part.retention_class);
    return kept_from && record.part.day < *kept_from;
}

}  // namespace

// --- A request's way

void Invariants::no_slot_is_free() const {
    REQUIRE(world_.process->slots->in_use() > 0, "I6", "no slot is free, and none is in use");
}

void Invariants::admitted(const ModelRequest& request, const std::optional<Refusal>& refusal) {
    const Range left = world_.model.left(request, world_.now_ms);
    const bool surely = request.hold <= left.least, perhaps = request.hold <= left.most;
    const std::string amount = "a hold of " + to_usd(request.hold);
    bool busy = false, quick = false;
    std::int64_t most_running = 0;
    for (const std::size_t index : world_.model.key_of(request).spenders) {
        ModelSpender& spender = world_.model.organization_of(request).spenders[index];
        spender.forget_before(world_.monotonic_ms - RateBucket::kMinuteMs);
        const auto& limits = spender.limits;
        most_running = std::max<std::int64_t>(most_running, spender.running);
        const auto in_a_minute = static_cast<std::int64_t>(spender.admitted.size());
        busy = busy || (limits.concurrent_requests && spender.running >= *limits.concurrent_requests);
        quick = quick || in_a_minute > 0 ||
                (limits.tokens_per_minute && (spender.overdrawn || request.demanded > *limits.tokens_per_minute));
        if (refusal) continue;
        // A full bucket and a minute's refilling: no more than twice the rate in any minute. Of tokens, what was taken
        // for longer answers than came is given back.
        REQUIRE(!limits.requests_per_minute || in_a_minute < 2 * *limits.requests_per_minute, "I16",
                "more requests a minute than the limit allows");
        REQUIRE(!limits.tokens_per_minute ||
                    sum(spender.admitted) + request.demanded <= 2 * *limits.tokens_per_minute + sum(spender.returned),
                "I16", "more tokens a minute than the limit allows");
    }
    if (!refusal) {
        REQUIRE(perhaps, "I1", amount + " is given, but not covered");
        REQUIRE(!busy, "I16", amount + " is given beyond the limit of concurrent requests");
        return;
    }
    const auto limit = refusal->limit;
    const bool of_money = limit == Refusal::Limit::credit || limit == Refusal::Limit::budget;
    REQUIRE(of_money ? !surely : perhaps, "I13", amount + " is refused for the wrong reason, or covered");
    if (of_money) return;
    if (limit == Refusal::Limit::fair_share) {
        REQUIRE(most_running >= refusal->most, "I13", amount + " is refused as unfair, but few run");
        return;
    }
    const bool of_rate = limit != Refusal::Limit::concurrent_requests;
    REQUIRE(of_rate ? quick : busy, "I13", amount + " is refused, but few " + (of_rate ? "came" : "run"));
}

void Invariants::covered(ModelRequest& request, NanoUsd taken, bool may_go_on) {
    const std::string what = name_of(request) + " grows by " + to_usd(taken) + " at " + std::to_string(request.output) +
                             " tokens of " + std::to_string(request.held_output);
    if (request.output * 4 < request.held_output * 3) {
        REQUIRE(taken == NanoUsd{} && may_go_on, "I20", what + ", though its end is far");
        return;
    }
    const std::int64_t price = request.prices.completion;
    const auto price_of_output = [&](std::int64_t tokens) {
        return price_of({.completion = tokens}, {.completion = price});
    };
    const auto output_for = [&](NanoUsd amount) { return price == 0 ? INT64_MAX / 4 : amount.value * 1000 / price; };
    const std::int64_t slice =
        std::max({std::int64_t{256}, request.held_output / 2, request.output - request.held_output});
    const NanoUsd most = price_of_output(slice);
    const NanoUsd least = std::min(most, std::max(price_of_output(1), NanoUsd{1}));
    const Range left = world_.model.left(request, request.created_ms);
    const auto due = [&](NanoUsd there) { return std::min(most, there >= least ? there : NanoUsd{}); };
    REQUIRE(taken <= due(left.most), "I1", what + ", which is not covered");
    REQUIRE(taken >= due(left.least), "I13", what + ", and more is covered");
    request.held_output += taken == most ? slice : output_for(taken);
    request.covered_output = request.held_output + (request.overdraft == NanoUsd{} ? 0 : output_for(request.overdraft));
    REQUIRE(may_go_on == (taken == most || request.output <= request.covered_output), "I20",
            what + (may_go_on ? " and goes on" : " and is cut") + ", covered are " +
                std::to_string(request.covered_output));
}

void Invariants::cut(const ModelRequest& request, const TokenUsage& usage) const {
    const NanoUsd prompt =
        price_of({.prompt = std::max<std::int64_t>(usage.prompt - request.prompt_estimate, 0)}, request.prices);
    constexpr NanoUsd kRounding{2};
    REQUIRE(request.cost - request.charged <= request.overdraft + prompt + kRounding, "I20",
            name_of(request) + " is cut and owes " + to_usd(request.cost - request.charged) + ", allowed are " +
                to_usd(request.overdraft));
}

void Invariants::sent_before_settlement(const ModelRequest& request, const std::string& bytes) const {
    REQUIRE(bytes.find(kDone) == std::string::npos, "I2", name_of(request) + ": the end is sent before the settlement");
}

void Invariants::metered(const ModelRequest& request, bool complete, const TokenUsage& usage) const {
    REQUIRE(complete == request.upstream.complete, "I2", name_of(request) + ": a broken answer looks whole");
    REQUIRE(!complete || usage == request.upstream.usage, "I14", name_of(request) + ": metered other than was sent");
}

void Invariants::charged(const ModelRequest& request, NanoUsd cost, NanoUsd charged) {
    const Range coverable = world_.model.coverable(request);
    REQUIRE(std::min(cost, coverable.least) <= charged && charged <= std::min(cost, coverable.most), "I8",
            name_of(request) + ": charged " + to_usd(charged) + " of " + to_usd(cost) + ", coverable " +
                to_usd(coverable.least) + " to " + to_usd(coverable.most));
}

void Invariants::sent_after_settlement(const ModelRequest& request, const std::string& bytes) const {
    REQUIRE(bytes.find(kDone) != std::string::npos, "I2", name_of(request) + ": a whole answer has no end");
}

// --- Other answers

void Invariants::looked_up(const ModelRequest& request, const Result<StoredRequest>& found) const {
    const bool recorded = request.phase == Phase::settled || request.phase == Phase::booked;
    const bool is_over = !found && found.error().code() == StatusCode::expired;
    REQUIRE(!request.dropped || is_over, "I21",
            name_of(request) + ": its record was dropped, but does not read as expired");
    if (is_over && recorded) {
        const auto& booked = world_.books.requests();
        const auto record = booked.find(request.id);
        const bool may_be =
            request.dropped || (record != booked.end() && noted_as_over(world_.machine, record->second));
        REQUIRE(may_be, "I21", name_of(request) + " reads as expired, but is not");
        return;
    }
    REQUIRE(found.has_value() == recorded, "I2",
            name_of(request) + (found ? " is found before it ended" : ": " + found.error().message()));
    REQUIRE(!found || found->settled().charged == request.charged, "I4", name_of(request) + ": found with other sums");
}

void Invariants::flushed() const {
    REQUIRE(!world_.process->accepting() || world_.process->slots->awaiting_journal() == 0, "I2",
            "a flush leaves settled slots behind");
}

// --- The state, after each step

void Invariants::new_records() {
    Model& model = world_.model;
    world_.books.read(world_.machine);
    for (const Id128& id : world_.books.take_new_requests()) {
        ever_began(id);
        ModelRequest& request = *model.by_id.at(id);
        REQUIRE(request.phase == Phase::settled, "I9", name_of(request) + " is booked before it ended");
        booked_as_known(request, world_.books.requests().at(id), false, false);
        request.phase = Phase::booked;
    }
    // A commit that was answered, if only at its repetition, was acknowledged at this level.
    for (ModelRequest& request : model.requests) {
        if (!world_.process->accepting() || world_.options.durability != Durability::disk) break;
        request.durable = request.durable || request.phase == Phase::booked;
    }
    std::erase_if(model.live, [](const ModelRequest* request) { return request->phase == Phase::booked; });
}

void Invariants::ever_began(const Id128& request) const {
    REQUIRE(world_.model.by_id.contains(request), "I3",
            "the journal has a request that never was: " + to_ulid(request));
}

void Invariants::booked_as_known(const ModelRequest& request, const BookedRequest& record, bool may_be_orphan,
                                 bool power_cut) const {
    const ModelOrganization& organization = world_.model.organization_of(request);
    const ModelKey& key = world_.model.key_of(request);
    REQUIRE(record.organization == organization.id && record.key == key.digest && record.project == key.project &&
                record.member == key.member,
            "I10", name_of(request) + " is booked to another");
    if (record.orphan && (may_be_orphan || !request.orphan)) {
        REQUIRE(may_be_orphan, "I2", name_of(request) + " was settled, but is booked as an orphan");
        REQUIRE(is_orphans_cost(request, record, power_cut, false), "I9",
                name_of(request) + " is charged " + to_usd(record.cost) + ", no policy says so");
        REQUIRE(is_orphans_cost(request, record, power_cut, true), "I22",
                name_of(request) + " is charged " + to_usd(record.cost) + ", not by " + record.provider);
        REQUIRE(record.charged <= std::ranges::max(request.published_holds), "I8",
                name_of(request) + ": an orphan is charged more than its hold");
        return;
    }
    // An orphan that was booked before is looked at again: its record stays as it was.
    REQUIRE(request.orphan || record.provider == provider_name(request.candidate), "I22",
            name_of(request) + " names " + record.provider + " as the one that answered");
    REQUIRE(record.cost == request.cost && record.charged == request.charged, "I4",
            name_of(request) + " is booked with " + to_usd(record.charged) + " of " + to_usd(record.cost) + ", not " +
                to_usd(request.charged) + " of " + to_usd(request.cost));
}

void Invariants::dropped() {
    std::set<std::int64_t> days;
    for (const auto& [id, record] : world_.books.requests()) days.insert(record.part.day);
    // The newest day may be that of a clock far ahead, which drops nothing.
    const std::int64_t borne_out = days.size() < 2 ? 0 : *std::next(days.rbegin()) + 1;
    const std::int64_t today = std::min(world_.latest_ms / kDayMs, borne_out);
    for (const auto& [id, record] : world_.books.requests()) {
        ModelRequest& request = *world_.model.by_id.at(id);
        if (request.phase != Phase::booked || request.dropped) continue;
        if (world_.machine.get(Family::usage, usage_key(record.part))) continue;
        request.dropped = true;
        ++world_.tally.dropped;
        REQUIRE(record.part.day + world_.retention.days_of(record.part.retention_class) < today, "I21",
                name_of(request) + " is dropped before its time");
    }
}

void Invariants::balances() const {
    Process& process = *world_.process;
    for (const ModelOrganization& organization : world_.model.organizations) {
        const auto snapshot = process.credit_of(organization).snapshot();
        REQUIRE(snapshot.granted - snapshot.used - snapshot.held >= NanoUsd{}, "I1", "available credit is below zero");
        REQUIRE(snapshot.used == organization.used, "I4",
                "used is " + to_usd(snapshot.used) + ", should be " + to_usd(organization.used));
        REQUIRE(snapshot.held == organization.held, "I6",
                "held is " + to_usd(snapshot.held) + ", should be " + to_usd(organization.held));
        REQUIRE(
            organization.granted - organization.unsure <= snapshot.granted && snapshot.granted <= organization.granted,
            "I4",
            "granted is " + to_usd(snapshot.granted) + ", should be " + to_usd(organization.granted) + " less " +
                to_usd(organization.unsure));
        for (std::size_t index = 0; index < organization.spenders.size(); ++index) spender(organization, index);
    }
    if (!process.accepting()) return;
    const auto in_slots = static_cast<std::uint32_t>(world_.model.live.size());
    REQUIRE(process.slots->in_use() == in_slots, "I6",
            std::to_string(process.slots->in_use()) + " slots are in use, should be " + std::to_string(in_slots));
}

void Invariants::spender(const ModelOrganization& organization, std::size_t index) const {
    const ModelSpender& spender = organization.spenders[index];
    Process& process = *world_.process;
    const Spender state =
        process.credit_of(organization).state_of(process.credit_of(organization, index), world_.monotonic_ms);
    const std::string name = std::string(1, spender.name.front()) + std::to_string(index);
    for (const auto window : {LimitReset::lifetime, LimitReset::daily, LimitReset::weekly, LimitReset::monthly}) {
        const auto [charged, held] = spender.spent.in(window, world_.now_ms);
        const NanoUsd found = state.charged_in(window, windows_at(world_.now_ms));
        const std::string where = " in window " + std::to_string(static_cast<int>(window));
        REQUIRE(found == charged, window == LimitReset::lifetime ? "I10" : "I12",
                "spender " + name + " spent " + to_usd(found) + where + ", should be " + to_usd(charged));
        REQUIRE(state.held_in(window, windows_at(world_.now_ms)) == held, "I6",
                "spender " + name + " holds other than its requests do" + where);
    }
    REQUIRE(state.running == spender.running, "I6", "spender " + name + " runs other requests than there are");
}

void Invariants::nothing_runs() const {
    for (const ModelOrganization& organization : world_.model.organizations) {
        REQUIRE(world_.process->credit_of(organization).snapshot().held == NanoUsd{}, "I6",
                "credit is held when nothing runs");
    }
    SlotFile& slots = *world_.process->slots;
    REQUIRE(slots.in_use() == 0, "I6", "slots are in use when nothing runs");
    std::uint32_t found = 0;
    for (std::uint32_t lane = 0; lane < world_.lanes; ++lane) {
        while (slots.acquire(lane)) ++found;
    }
    REQUIRE(found == world_.slots, "I6",
            std::to_string(found) + " slots can be acquired when nothing runs, of " + std::to_string(world_.slots));
}

// --- A new process

void Invariants::slots_open(const Result<std::unique_ptr<SlotFile>>& slots) const {
    REQUIRE(slots.has_value(), "I9", slots ? "" : "the slot file does not open: " + slots.error().message());
}

void Invariants::ledger_opens(const Result<std::unique_ptr<Ledger>>& ledger, bool may_fail) const {
    REQUIRE(ledger || may_fail, "I9", "the ledger does not open: " + ledger.error().message());
}

void Invariants::promises_kept(bool power_cut) {
    world_.books = Books();
    world_.books.read(world_.machine);
    for (const auto& [id, record] : world_.books.requests()) ever_began(id);
    for (ModelRequest& request : world_.model.requests) record_kept(request, power_cut);
    transactions();
    (void)world_.books.take_new_requests();
}

void Invariants::record_kept(ModelRequest& request, bool power_cut) {
    const auto& booked = world_.books.requests();
    const auto found = booked.find(request.id);
    if (request.dropped) {
        REQUIRE(found == booked.end() || request.cost == NanoUsd{}, "I21",
                name_of(request) + " was dropped and is back");
        const auto charge = world_.books.lots().charges().find(request.id);
        const NanoUsd left = charge == world_.books.lots().charges().end() ? NanoUsd{} : charge->second.charged;
        REQUIRE(found != booked.end() || left == request.charged, "I21", name_of(request) + ": money went with it");
        if (found == booked.end()) return;
        // It was free, and a slot from before its end was brought back by a power cut: the journal remembers only
        // money.
        request.dropped = false;
        request.phase = Phase::running;
    }
    if (found == booked.end()) {
        const bool may_lack = request.phase == Phase::opening || request.phase == Phase::gone || power_cut;
        REQUIRE(may_lack, request.phase == Phase::booked ? "I11" : "I2", name_of(request) + " has no record");
        REQUIRE(!request.durable, "I11", name_of(request) + " was on the disk and is lost");
        request.phase = Phase::gone;
        return;
    }
    REQUIRE(request.phase != Phase::gone, "I9", name_of(request) + " was lost and is back");
    const bool was_final = request.phase == Phase::settled || request.phase == Phase::booked;
    booked_as_known(request, found->second, !was_final || (power_cut && !request.durable), power_cut);
    if (request.phase != Phase::booked) world_.tally.orphans += found->second.orphan ? 1 : 0;
    request.phase = Phase::booked;
    request.orphan = found->second.orphan;
    request.cost = found->second.cost;
    request.charged = found->second.charged;
    request.durable = world_.options.durability == Durability::disk;
}

// --- The verifier

void Invariants::verify() {
    const VerifyReport report = verify_ledger(world_.machine);
    REQUIRE(!report.difference, "I15", report.difference ? to_string(*report.difference) : "");
    const auto kept = static_cast<std::size_t>(std::ranges::count_if(
        world_.model.requests, [](const auto& request) { return request.phase == Phase::booked && !request.dropped; }));
    REQUIRE(report.blocks == world_.books.blocks() && report.requests == kept, "I15",
            "verify sees other blocks or requests than there are");
}

void Invariants::tamper() {
    const auto changed = world_.machine.flip_byte(world_.random.one_in(2) ? Family::money : Family::usage);
    REQUIRE(!changed || verify_ledger(world_.machine).difference, "I7", "a changed byte is not found");
}

}  // namespace tollgate::simulation
