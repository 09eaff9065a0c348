#include "gateway/request/held_request.h"

#include <algorithm>
#include <chrono>

#include "store/fail_point.h"

namespace tollgate {
namespace {

std::int32_t ms_between(net::Clock::time_point from, net::Clock::time_point to) {
    return static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count());
}

// How many output tokens the credit that is there would pay for, once the prompt is paid.
std::int64_t affordable_output(const Shortage& shortage, const HoldEstimate& estimate, const Prices& prices,
                               std::int64_t choices) {
    const NanoUsd prompt = cost_of({.prompt = estimate.prompt_tokens}, prices);
    if (prices.completion <= 0 || shortage.available <= prompt) return 0;
    return static_cast<std::int64_t>(static_cast<__int128>((shortage.available - prompt).value) * 1000 /
                                     prices.completion) /
           choices;
}

Error refusal(const Shortage& shortage, const HoldEstimate& estimate, const Prices& prices, std::int64_t choices) {
    const bool of_key = shortage.limit == Shortage::Limit::key;
    Error error(of_key ? ErrorKind::key_limit_exceeded : ErrorKind::insufficient_credits,
                std::string(of_key ? "this API key's limit" : "the organization's credit") +
                    " does not cover this request: " + to_usd(shortage.needed) + " USD needed, " +
                    to_usd(shortage.available) + " available; lower max_tokens or add credit");
    error.detail().extra =
        "\"needed\":" + to_usd(shortage.needed) + ",\"available\":" + to_usd(shortage.available) +
        ",\"max_tokens_affordable\":" + std::to_string(affordable_output(shortage, estimate, prices, choices));
    return error;
}

}  // namespace

HoldEstimate estimate_hold(const RequestContext& request, const CreditConfig& config) {
    const Endpoint& endpoint = *request.endpoint->endpoint;
    HoldEstimate estimate;
    const auto bytes_per_token = static_cast<std::int64_t>(config.bytes_per_prompt_token);
    estimate.prompt_tokens =
        (request.body.prompt_bytes + bytes_per_token - 1) / bytes_per_token + request.body.prompt_extra_tokens;
    if (request.api != ApiType::embeddings) {
        std::int64_t bound = request.body.output_bound;
        if (bound == 0) bound = config.default_output_tokens;
        if (endpoint.max_completion_tokens > 0) bound = std::min(bound, endpoint.max_completion_tokens);
        estimate.output_tokens = bound * request.body.choices;
    }
    estimate.amount =
        cost_of({.prompt = estimate.prompt_tokens, .completion = estimate.output_tokens}, endpoint.prices);
    return estimate;
}

HeldRequest::~HeldRequest() {
    if (taken())
        settle(
            Ending{.usage = {}, .source = UsageSource::none, .charge = false, .finish_reason = {}, .upstream_id = {}});
}

Error HeldRequest::take(RequestContext& request, const CreditConfig& config) {
    request_ = &request;
    const auto slot = slots_.acquire(lane_);
    if (!slot) {
        return {ErrorKind::overloaded, "too many requests are in flight"};
    }
    const HoldEstimate estimate = estimate_hold(request, config);
    Principal& principal = request.principal;
    const auto shortage = principal.credit->hold(*principal.key_credit, estimate.amount, request.started_ms);
    if (shortage) {
        slots_.release_unopened(lane_, *slot);
        counters_.holds_refused.add();
        return refusal(*shortage, estimate, request.endpoint->endpoint->prices, request.body.choices);
    }
    slot_ = slot;
    held_ = estimate.amount;
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
    record.openrouter_flavour = request.openrouter;
    record.streamed = request.body.stream;
    record.abort_stops_billing = request.endpoint->provider->abort_stops_billing;
    record.model_asked = request.body.model;
    record.model = request.endpoint->model->id;
    record.provider = request.endpoint->provider->name;
    record.end_user = request.body.end_user;
    record.session = request.body.session;
    record.app = request.app;
    record.prices = request.endpoint->endpoint->prices;
    record.hold = held_;
    record.prompt_estimate = estimate.prompt_tokens;
    record.output_bound = estimate.output_tokens;
    std::array<std::byte, kSlotOpenBytes> bytes;
    const std::size_t size = encode(record, bytes);
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): take() has just acquired it
    slots_.publish_open(*slot_, std::span(bytes).first(size));
}

void HeldRequest::progress(std::int64_t output_tokens) {
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): only requests that hold a slot make progress
    slots_.publish_progress(*slot_, static_cast<std::uint64_t>(output_tokens));
}

NanoUsd HeldRequest::settle(const Ending& ending) {
    RequestContext& request = *request_;
    const Prices& prices = request.endpoint->endpoint->prices;
    const auto now = net::Clock::now();
    RequestSettled record;
    record.settled_ms = net::unix_ms_now();
    record.usage = ending.usage;
    record.source = ending.source;
    record.provider_cost = cost_of(ending.usage, prices);
    record.cost = ending.charge && ending.source != UsageSource::none ? record.provider_cost : NanoUsd{};
    const Principal& principal = request.principal;
    const Charge charge = principal.credit->settle(*principal.key_credit, held_, record.cost, request.started_ms);
    record.charged = charge.charged;
    record.overrun = charge.overrun;
    record.http_status = request.cancelled ? status_of(ErrorKind::client_closed_request) : request.status;
    record.cancelled = request.cancelled;
    record.latency_ms = ms_between(request.started, now);
    record.first_token_ms =
        request.first_byte == net::Clock::time_point{} ? -1 : ms_between(request.started, request.first_byte);
    record.upstream_status = request.upstream_status;
    record.finish_reason = ending.finish_reason;
    record.error = code_of(request.error);
    record.upstream_id = ending.upstream_id;
    std::array<std::byte, kSlotSettlementBytes> bytes;
    const std::size_t size = encode(record, bytes);
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): settled once, while the slot is held
    slots_.publish_settled(lane_, *slot_, std::span(bytes).first(size));
    slot_.reset();
    fail_point("after_slot_settled");

    request.usage = ending.usage;
    request.cost = record.cost;
    counters_.held_requests.subtract();
    counters_.holds_released.add();
    if (charge.overrun.value != 0) {
        counters_.holds_overrun.add();
        counters_.overrun_nano.add(static_cast<std::uint64_t>(charge.overrun.value));
    }
    return record.cost;
}

}  // namespace tollgate
