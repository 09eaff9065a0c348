#include "gateway/exchange/held_request.h"

#include <algorithm>
#include <chrono>

#include "gateway/chat/request_tags.h"
#include "gateway/exchange/ending_facts.h"
#include "gateway/exchange/refusal.h"
#include "gateway/ops/counters.h"
#include "gateway/text/json_writer.h"
#include "store/fail_point.h"

namespace tollgate {
namespace {

constexpr std::int64_t kLeastSliceTokens = 256;  // by which a hold grows

std::int32_t ms_between(wire::Clock::time_point from, wire::Clock::time_point to) {
    return static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count());
}

NanoUsd price_of_output(std::int64_t tokens, std::int64_t price) {
    return cost_of({.completion = tokens}, Prices{.completion = price});
}

// How many requests of one organization may run: some times as many as slots are free beside them, as the queues of a
// switch share its memory (Choudhury and Hahne, 1998). Alone it gets two thirds of all; something is always left for
// whoever comes next, on any lane.
std::int64_t fair_number_of_requests(const SlotFile& slots, std::uint32_t lane) {
    constexpr std::int64_t kTimesWhatIsFree = 2;
    constexpr std::int64_t kLeastPart = 64;  // one of so many parts of all is never refused
    return std::max(
        {kTimesWhatIsFree * slots.free_for(lane), std::int64_t{slots.slots()} / kLeastPart, std::int64_t{1}});
}

GitUsage usage_of(const Attribution& git) {
    return {.provider = to_string(git.name.provider),
            .host = git.name.host,
            .organization = git.name.path,
            .repository = git.repository,
            .claim = git.claim};
}

struct Overdraft {
    OnExhausted on_exhausted;
    NanoUsd cap;
};

// The organization's own, else the configuration's.
Overdraft overdraft_of(const Exchange& request, const CreditConfig& config) {
    const OrganizationPolicy* const own = request.principal.policy.get();
    if (own == nullptr) return {config.on_exhausted, config.overdraft_cap};
    return {own->on_exhausted.value_or(config.on_exhausted), own->overdraft_cap.value_or(config.overdraft_cap)};
}

// What the record has beyond the usual takes room of the candidates.
static_assert(kMostTagsBytes <= kTagsBytes);
std::size_t room_taken(const Exchange& request) {
    const std::string& tags = request.ask.body.tags;
    return (request.principal.attribution != nullptr ? kGitUsageBytes : 0) + (tags.empty() ? 0 : tags.size() + 1);
}

PricedCandidate priced(const CatalogueEndpoint& candidate, std::int64_t counted_prompt_tokens) {
    return {.model = candidate.model->id,
            .provider = candidate.provider->name,
            .prices = candidate.price_pair_for(counted_prompt_tokens),
            .counted_prompt = counted_prompt_tokens,
            .abort_stops_billing = candidate.provider->abort_stops_billing,
            .own_key = candidate.own != nullptr};
}

}  // namespace

HeldRequest::~HeldRequest() {
    give_back();
    if (!taken()) return;
    Ending nothing;
    nothing.charge = false;
    settle(nothing);
}

// Fills candidates_ and the estimates with those that the slot has room for. The dearest decides, each way of holding
// by itself: the longest answers may be dearest elsewhere than the usual ones.
HeldRequest::Wanted HeldRequest::want(std::span<const CatalogueEndpoint* const> candidates,
                                      const CreditConfig& config) {
    Wanted wanted;
    if (const std::size_t taken = room_taken(*request_); taken > 0) wanted.rows = PricedCandidates(taken);
    Demand& demand = wanted.demand;
    demand.unix_ms = ulid_time_ms(request_->head.id);
    demand.monotonic_ms = wire::monotonic_ms(request_->head.started);
    demand.most_running = fair_number_of_requests(slots_, lane_);
    NanoUsd longest;
    bool unbounded = false;
    if (request_->is_kept_answer()) {  // costs nothing, whatever prices are
        PricedCandidate maker = priced(*candidates.front(), 0);
        maker.prices = {};
        candidates_ = candidates.first(wanted.rows.add(maker) ? 1 : 0);
        return wanted;
    }
    for (const CatalogueEndpoint* candidate : candidates) {
        const HoldEstimate estimate = estimate_hold(*request_, *candidate, config);
        const std::size_t index = wanted.rows.size();
        if (!wanted.rows.add(priced(*candidate, estimate.counted_prompt_tokens))) break;
        wanted.estimates[index] = estimate;
        if (estimate.amount > demand.amount) {
            demand.amount = estimate.amount;
            wanted.dearest = index;
        }
        demand.tokens = std::max(demand.tokens, estimate.prompt_tokens + estimate.output_tokens);
        longest = std::max({longest, estimate.longest_amount, estimate.amount});
        unbounded = unbounded || estimate.longest_output > 0;
    }
    if (unbounded) demand.generous = longest;
    candidates_ = candidates.first(wanted.rows.size());
    return wanted;
}

Error HeldRequest::acquire(Exchange& request, std::span<const CatalogueEndpoint* const> candidates,
                           const CreditConfig& config) {
    if (candidates.empty()) money_violation("a request without a candidate that can answer it");
    request_ = &request;
    insured_ = config.zero_completion_insurance;
    slot_ = slots_.acquire(lane_);
    return slot_ ? Error() : Error(ErrorKind::overloaded, "too many requests are in flight");
}

// Holds what is wanted; a refusal gives the slot back.
Error HeldRequest::admit(const Wanted& wanted) {
    Exchange& request = *request_;
    const Principal& principal = request.principal;
    const Admission admission = principal.credit->hold(principal.spenders, wanted.demand);
    request.terms.request_rate = admission.requests;
    request.terms.token_rate = admission.tokens;
    if (admission.refusal) {
        // NOLINTNEXTLINE(bugprone-unchecked-optional-access): acquire() has just acquired it
        slots_.release_unopened(lane_, *slot_);
        slot_.reset();
        counters_.holds_refused.add();
        Error refused = refusal_error(*admission.refusal, wanted.estimates[wanted.dearest],
                                      candidates_[wanted.dearest]->charged(), request.ask.body.choices);
        if (principal.attribution != nullptr) name_payer(principal, refused);
        return refused;
    }
    held_ = admission.taken;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const HoldEstimate& estimate = wanted.estimates[i];
        needs_[i] = {estimate.prompt_tokens, estimate.counted_prompt_tokens, estimate.output_tokens, estimate.amount,
                     estimate.longest_output};
    }
    held_tokens_ = wanted.demand.tokens;
    counters_.holds_taken.add();
    counters_.held_requests.add();
    return {};
}

Error HeldRequest::take(Exchange& request, std::span<const CatalogueEndpoint* const> candidates,
                        const CreditConfig& config) {
    if (Error error = acquire(request, candidates, config)) return error;
    const Wanted wanted = want(candidates, config);
    if (Error error = admit(wanted)) return error;
    open(wanted.rows);
    adopt(0);
    fail_point("after_slot_open");
    return {};
}

Error HeldRequest::reserve(Exchange& request, std::span<const CatalogueEndpoint* const> candidates,
                           const CreditConfig& config) {
    if (Error error = acquire(request, candidates, config)) return error;
    if (Error error = admit(want(candidates, config))) return error;
    reserved_ = true;
    adopt(0);
    return {};
}

void HeldRequest::open_reserved(const CreditConfig& config) {
    if (!reserved_) money_violation("a hold is opened that was not reserved");
    reserved_ = false;
    open(want(candidates_, config).rows);
    fail_point("after_slot_open");
}

void HeldRequest::give_back() {
    if (!reserved_) return;
    reserved_ = false;
    const Principal& principal = request_->principal;
    principal.credit->settle(
        principal.spenders,
        {.held = held_, .cost = {}, .held_tokens = held_tokens_, .unix_ms = ulid_time_ms(request_->head.id)});
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a reserved hold has one
    slots_.release_unopened(lane_, *slot_);
    slot_.reset();
    counters_.held_requests.subtract();
    counters_.holds_released.add();
}

void HeldRequest::open(const PricedCandidates& rows) {
    const Exchange& request = *request_;
    RequestOpened record;
    record.request = request.head.id;
    record.organization = request.principal.organization;
    record.project = request.principal.project;
    record.member = request.principal.creator;
    record.key = request.principal.key;
    record.created_ms = request.head.started_ms;
    record.api = request.ask.api;
    record.streamed = request.ask.body.stream;
    record.model_asked = request.ask.body.model;
    record.end_user = request.ask.body.end_user;
    record.session = request.session();
    record.app = request.head.app;
    record.app_title = request.head.app_title;
    if (const Attribution* const git = request.principal.attribution.get()) record.git = usage_of(*git);
    record.tags = request.ask.body.tags;
    record.candidates = rows;
    record.hold = held_;
    record.request_digest = request.terms.request_digest;
    record.retention_class = request.terms.retention_class;
    std::array<std::byte, kSlotOpenBytes> bytes;
    const std::size_t size = encode(record, bytes);
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): take() has just acquired it
    slots_.publish_open(*slot_, std::span(bytes).first(size));
}

// What the hold has beyond what this candidate needs pays for more output.
void HeldRequest::adopt(std::size_t candidate) {
    const Need& need = needs_[candidate];
    used_ = candidate;
    request_->terms.counted_prompt_tokens = need.counted_prompt_tokens;
    held_output_ = need.output_tokens;
    constexpr std::int64_t kPlenty = 1'000'000'000'000;  // of tokens that cost nothing
    if (held_ > need.amount) {
        held_output_ += std::min(tokens_for(held_ - need.amount, output_price()), kPlenty);
    } else if (held_output_ < need.longest_output && output_price() == 0) {
        held_output_ += kPlenty;
    }
    request_->terms.sent_output_bound = bound_to_send(need);
    covered_output_ = 0;
    cut_by_ = ErrorKind::none;
}

// Of one choice; 0: the hold covers the longest answer, or the answer is kept within it otherwise.
std::int64_t HeldRequest::bound_to_send(const Need& need) const {
    if (held_output_ >= need.longest_output) return 0;
    const std::int64_t choices = request_->ask.body.choices;
    if (request_->ask.api == ApiType::completions) return need.output_tokens / choices;  // never longer than without
    const std::int64_t room = probable_room(need.counted_prompt_tokens, *used().endpoint);
    return std::min(held_output_ / choices, room);
}

std::int64_t HeldRequest::output_price() const {
    return used().charged().prices_for(needs_[used_].prompt_tokens).completion;
}

void HeldRequest::use(std::size_t candidate) {
    if (!taken()) return;
    if (candidate >= candidates_.size()) money_violation("a candidate is used that the hold does not cover");
    adopt(candidate);
    fail_point("before_candidate_in_use");
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): taken
    slots_.publish_candidate(*slot_, static_cast<std::uint8_t>(candidate));
    fail_point("after_candidate_in_use");
}

void HeldRequest::progress(std::int64_t output_tokens) {
    if (slot_) slots_.publish_progress(*slot_, static_cast<std::uint64_t>(output_tokens));  // else it is voided
}

// Takes a slice that reaches beyond that many tokens, or what is left; why it was less.
std::optional<Refusal> HeldRequest::grow_to(std::int64_t output_tokens, std::int64_t price) {
    const std::int64_t slice = std::max({held_output_ / 2, kLeastSliceTokens, output_tokens - held_output_});
    const NanoUsd most = price_of_output(slice, price);
    const NanoUsd least = std::min(most, std::max(price_of_output(1, price), NanoUsd{1}));
    const Principal& principal = request_->principal;
    const Growth growth = principal.credit->grow(principal.spenders, most, least, ulid_time_ms(request_->head.id));
    if (growth.refusal && growth.taken == NanoUsd{}) return growth.refusal;
    held_ += growth.taken;
    held_output_ += growth.refusal ? tokens_for(growth.taken, price) : slice;
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): taken
    if (!reserved_) slots_.publish_hold(*slot_, static_cast<std::uint64_t>(held_.value));
    counters_.holds_grown.add();
    return growth.refusal;
}

bool HeldRequest::covers(std::int64_t output_tokens, const CreditConfig& config) {
    if (!taken()) return true;  // voided: nobody waits for the answer
    if (output_tokens * 4 < held_output_ * 3) return true;
    const std::int64_t price = output_price();
    const auto refusal = grow_to(output_tokens, price);
    if (!refusal || output_tokens <= held_output_) return true;
    const Overdraft overdraft = overdraft_of(*request_, config);
    covered_output_ = held_output_;
    if (overdraft.on_exhausted == OnExhausted::owe) covered_output_ += tokens_for(overdraft.cap, price);
    if (output_tokens <= covered_output_) return true;
    cut_by_ = money_kind(*refusal);
    return false;
}

void HeldRequest::keep(std::int64_t output_tokens, NanoUsd cost) {
    if (!taken()) return;
    progress(std::max<std::int64_t>(output_tokens, 1));
    if (cost >= held_) return;
    const Principal& principal = request_->principal;
    principal.credit->shrink(principal.spenders, held_ - cost, ulid_time_ms(request_->head.id));
    held_ = cost;
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): taken
    slots_.publish_hold(*slot_, static_cast<std::uint64_t>(held_.value));
}

void HeldRequest::void_leaked() {
    if (!taken()) return;
    request_->reply.error = ErrorKind::internal;
    request_->reply.status = status_of(ErrorKind::internal);
    Ending nothing;
    nothing.charge = false;
    settle(nothing);
    voided_ = true;
    counters_.holds_leaked.add();
}

NanoUsd HeldRequest::settle(const Ending& ending) {
    if (voided_) return {};
    if (!taken()) money_violation("a request is settled twice");
    Exchange& request = *request_;
    const auto now = wire::Clock::now();
    RequestSettled record;
    record.settled_ms = wire::unix_ms_now();
    record.candidate = static_cast<std::uint8_t>(used_);
    record.usage = ending.usage;
    record.source = ending.source;
    record.usage_contradictory = ending.usage_contradictory;
    if (ending.source != UsageSource::none) {
        const UsageCost price =
            price_usage(ending.usage, used().price_pair_for(ending.usage.prompt), ending.unbilled_output);
        record.provider_cost = price.provider;
        if (ending.charge && !(insured_ && ended_empty(request, ending))) record.cost = price.customer;
    }
    const Principal& principal = request.principal;
    const Told most = ending.told.value_or(Told{ending.usage.prompt + ending.usage.completion, record.cost});
    const NanoUsd asked = std::min(record.cost, most.cost);
    Settlement settlement{.held = held_,
                          .cost = asked,
                          .held_tokens = held_tokens_,
                          .tokens = most.tokens,
                          .unix_ms = ulid_time_ms(request.head.id)};
    if (used().own == nullptr) {  // a tenant's own server may report anything
        settlement.endpoint = used().number;
        settlement.output_tokens = natural_output(request, ending);
        settlement.prompt_bytes = request.ask.body.prompt_bytes;
        settlement.prompt_tokens = text_tokens(request, ending);
        settlement.reasoning_tokens = known_reasoning(request, used(), ending);
    }
    const Charge charge = principal.credit->settle(principal.spenders, settlement);
    record.charged = charge.charged;
    record.overrun = charge.overrun + (record.cost - asked);
    record.http_status = request.reply.cancelled ? status_of(ErrorKind::client_closed_request) : request.reply.status;
    record.cancelled = request.reply.cancelled;
    record.cache_hit = request.is_kept_answer();
    record.byok = used().own != nullptr && !record.cache_hit;
    record.latency_ms = ms_between(request.head.started, now);
    record.first_token_ms = request.attempt.first_token == wire::Clock::time_point{}
                                ? -1
                                : ms_between(request.head.started, request.attempt.first_token);
    record.upstream_status = request.attempt.upstream_status;
    record.finish_reason = ending.finish_reason;
    record.error = code_of(request.reply.error);
    record.upstream_id = ending.upstream_id;
    std::array<std::byte, kSlotSettlementBytes> bytes;
    const std::size_t size = encode(record, bytes);
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): settled once, while the slot is held
    ticket_ = slots_.publish_settled(lane_, *slot_, std::span(bytes).first(size));
    slot_.reset();
    fail_point("after_slot_settled");

    request.reply.usage = ending.usage;
    request.reply.ended_by_model = ended_by_model(request, ending);
    request.reply.cost = record.cost;
    request.reply.provider_cost = record.provider_cost;
    counters_.held_requests.subtract();
    counters_.holds_released.add();
    if (ending.usage_contradictory) counters_.usage_contradictory.add();
    if (record.overrun.value != 0) {
        counters_.holds_overrun.add();
        counters_.overrun_nano.add(static_cast<std::uint64_t>(record.overrun.value));
    }
    return record.cost;
}

}  // namespace tollgate
