#include "gateway/exchange/held_request.h"

#include <algorithm>
#include <chrono>

#include "gateway/exchange/refusal.h"
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

struct Overdraft {
    OnExhausted on_exhausted;
    NanoUsd cap;
};

// The organization's own, else the configuration's.
Overdraft overdraft_of(const RequestContext& request, const CreditConfig& config) {
    const OrganizationPolicy* const own = request.principal.policy.get();
    if (own == nullptr) return {config.on_exhausted, config.overdraft_cap};
    return {own->on_exhausted.value_or(config.on_exhausted), own->overdraft_cap.value_or(config.overdraft_cap)};
}

// Of a choice that ended by itself: one that a limit or the client cut says nothing of how long answers are. One that
// the gateway's own bound kept short would have been longer: without those the bound could only sink. It says nothing
// of which of several choices it kept short, nor, in completions, of more than their own default.
std::int64_t natural_output(const RequestContext& request, const Ending& ending) {
    if (request.cancelled || ending.finish_reason.empty()) return 0;
    const std::int64_t choices = std::max<std::int64_t>(request.body.choices, 1);
    const std::int64_t sent = request.sent_output_bound;
    if (sent > 0 && (choices > 1 || request.api == ApiType::completions)) return 0;
    const std::int64_t output = ending.usage.completion / choices;
    if (ending.finish_reason != "length") return output;
    return sent > 0 && output >= sent ? output + 1 : 0;
}

// Text alone, and so much that it hardly matters how cautious kTokensPerMessage is.
void learn_prompt(const RequestContext& request, const Ending& ending) {
    constexpr std::int64_t kLeastBytesPerExtraToken = 32;
    const BodyFacts& body = request.body;
    if (ending.source != UsageSource::provider || ending.usage_contradictory || !body.prompt_is_text) return;
    if (body.prompt_bytes < kLeastBytesPerExtraToken * body.prompt_extra_tokens) return;
    request.endpoint->prompts->add(body.prompt_bytes, ending.usage.prompt - body.prompt_extra_tokens);
}

// No output and no reason for its end, or an error as the reason. An embedding has no output tokens, and a client that
// left pays for what was done.
bool ended_empty(const RequestContext& request, const Ending& ending) {
    if (request.cancelled || request.api == ApiType::embeddings) return false;
    return ending.finish_reason == "error" || (ending.usage.completion == 0 && ending.finish_reason.empty());
}

}  // namespace

HeldRequest::~HeldRequest() {
    if (!taken()) return;
    Ending nothing;
    nothing.charge = false;
    settle(nothing);
}

Error HeldRequest::take(RequestContext& request, const CreditConfig& config) {
    request_ = &request;
    insured_ = config.zero_completion_insurance;
    const auto slot = slots_.acquire(lane_);
    if (!slot) {
        return {ErrorKind::overloaded, "too many requests are in flight"};
    }
    HoldEstimate estimate = estimate_hold(request, config);
    const Demand demand{.amount = estimate.amount,
                        .generous = estimate.unbounded ? std::optional(estimate.longest_amount) : std::nullopt,
                        .tokens = estimate.prompt_tokens + estimate.output_tokens,
                        .unix_ms = ulid_time_ms(request.id),
                        .monotonic_ms = wire::monotonic_ms(request.started)};
    const Principal& principal = request.principal;
    const Admission admission = principal.credit->hold(principal.spenders, demand);
    request.request_rate = admission.requests;
    request.token_rate = admission.tokens;
    if (admission.refusal) {
        slots_.release_unopened(lane_, *slot);
        counters_.holds_refused.add();
        return refusal_error(*admission.refusal, estimate, *request.endpoint->endpoint, request.body.choices);
    }
    if (admission.generous) {
        estimate.amount = estimate.longest_amount;
        estimate.output_tokens = estimate.longest_output;
    } else if (estimate.unbounded) {  // the provider is to keep the answer within the hold
        request.sent_output_bound = estimate.output_tokens / request.body.choices;
    }
    request.counted_prompt_tokens = estimate.counted_prompt_tokens;
    slot_ = slot;
    held_ = estimate.amount;
    held_tokens_ = demand.tokens;
    held_output_ = estimate.output_tokens;
    held_prompt_ = estimate.prompt_tokens;
    counters_.holds_taken.add();
    counters_.held_requests.add();
    open(estimate);
    fail_point("after_slot_open");
    return {};
}

void HeldRequest::open(const HoldEstimate& estimate) {
    const RequestContext& request = *request_;
    RequestOpened record;
    record.request = request.id;
    record.organization = request.principal.organization;
    record.project = request.principal.project;
    record.member = request.principal.creator;
    record.key = request.principal.key;
    record.created_ms = request.started_ms;
    record.api = request.api;
    record.openrouter_flavour = request.inbound == &openrouter_inbound();
    record.streamed = request.body.stream;
    record.abort_stops_billing = request.endpoint->provider->abort_stops_billing;
    record.model_asked = request.body.model;
    record.model = request.endpoint->model->id;
    record.provider = request.endpoint->provider->name;
    record.end_user = request.body.end_user;
    record.session = request.body.session;
    record.app = request.app;
    record.app_title = request.app_title;
    record.prices = request.endpoint->endpoint->prices_for(estimate.counted_prompt_tokens);
    record.provider_prices = request.endpoint->endpoint->provider_prices;
    record.hold = held_;
    record.counted_prompt = estimate.counted_prompt_tokens;
    record.output_bound = estimate.output_tokens;
    record.retention_class = request.retention_class;
    std::array<std::byte, kSlotOpenBytes> bytes;
    const std::size_t size = encode(record, bytes);
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): take() has just acquired it
    slots_.publish_open(*slot_, std::span(bytes).first(size));
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
    const Growth growth = principal.credit->grow(principal.spenders, most, least, ulid_time_ms(request_->id));
    if (growth.refusal && growth.taken == NanoUsd{}) return growth.refusal;
    held_ += growth.taken;
    held_output_ += growth.refusal ? tokens_for(growth.taken, price) : slice;
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): taken
    slots_.publish_hold(*slot_, static_cast<std::uint64_t>(held_.value));
    counters_.holds_grown.add();
    return growth.refusal;
}

bool HeldRequest::covers(std::int64_t output_tokens, const CreditConfig& config) {
    if (!taken()) return true;  // voided: nobody waits for the answer
    if (output_tokens * 4 < held_output_ * 3) return true;
    const std::int64_t price = request_->endpoint->endpoint->prices_for(held_prompt_).completion;
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
    principal.credit->shrink(principal.spenders, held_ - cost, ulid_time_ms(request_->id));
    held_ = cost;
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): taken
    slots_.publish_hold(*slot_, static_cast<std::uint64_t>(held_.value));
}

void HeldRequest::void_leaked() {
    if (!taken()) return;
    request_->error = ErrorKind::internal;
    request_->status = status_of(ErrorKind::internal);
    Ending nothing;
    nothing.charge = false;
    settle(nothing);
    voided_ = true;
    counters_.holds_leaked.add();
}

NanoUsd HeldRequest::settle(const Ending& ending) {
    if (voided_) return {};
    if (!taken()) money_violation("a request is settled twice");
    RequestContext& request = *request_;
    const Prices& prices = request.endpoint->endpoint->prices_for(ending.usage.prompt);
    const auto now = wire::Clock::now();
    RequestSettled record;
    record.settled_ms = wire::unix_ms_now();
    record.usage = ending.usage;
    record.source = ending.source;
    record.usage_contradictory = ending.usage_contradictory;
    if (ending.source != UsageSource::none) {
        const NanoUsd price = cost_of(ending.usage, prices);
        TokenUsage at_provider = ending.usage;
        at_provider.completion += ending.unbilled_output;
        record.provider_cost = cost_of(at_provider, request.endpoint->endpoint->provider_prices.value_or(prices));
        if (ending.charge && !(insured_ && ended_empty(request, ending))) record.cost = price;
    }
    const Principal& principal = request.principal;
    const Told most = ending.told.value_or(Told{ending.usage.prompt + ending.usage.completion, record.cost});
    const NanoUsd asked = std::min(record.cost, most.cost);
    const Charge charge =
        principal.credit->settle(principal.spenders, {.held = held_,
                                                      .cost = asked,
                                                      .held_tokens = held_tokens_,
                                                      .tokens = most.tokens,
                                                      .unix_ms = ulid_time_ms(request.id),
                                                      .endpoint = request.endpoint->number,
                                                      .output_tokens = natural_output(request, ending)});
    record.charged = charge.charged;
    record.overrun = charge.overrun + (record.cost - asked);
    record.http_status = request.cancelled ? status_of(ErrorKind::client_closed_request) : request.status;
    record.cancelled = request.cancelled;
    record.latency_ms = ms_between(request.started, now);
    record.first_token_ms =
        request.first_token == wire::Clock::time_point{} ? -1 : ms_between(request.started, request.first_token);
    record.upstream_status = request.upstream_status;
    record.finish_reason = ending.finish_reason;
    record.error = code_of(request.error);
    record.upstream_id = ending.upstream_id;
    std::array<std::byte, kSlotSettlementBytes> bytes;
    const std::size_t size = encode(record, bytes);
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): settled once, while the slot is held
    ticket_ = slots_.publish_settled(lane_, *slot_, std::span(bytes).first(size));
    slot_.reset();
    fail_point("after_slot_settled");

    request.usage = ending.usage;
    request.cost = record.cost;
    counters_.held_requests.subtract();
    counters_.holds_released.add();
    learn_prompt(request, ending);
    if (ending.usage_contradictory) counters_.usage_contradictory.add();
    if (record.overrun.value != 0) {
        counters_.holds_overrun.add();
        counters_.overrun_nano.add(static_cast<std::uint64_t>(record.overrun.value));
    }
    return record.cost;
}

}  // namespace tollgate
