#include "gateway/exchange/refusal.h"

#include <algorithm>
#include <charconv>

#include "gateway/text/json_writer.h"
#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

std::string_view name_of(LimitScope scope) {
    switch (scope) {
        case LimitScope::organization:
            return "organization";
        case LimitScope::project:
            return "project";
        case LimitScope::member:
            return "member";
        case LimitScope::key:
            return "key";
    }
    return "unknown";
}

std::string_view name_of(Refusal::Limit limit) {
    switch (limit) {
        case Refusal::Limit::credit:
            return "credit";
        case Refusal::Limit::budget:
            return "budget";
        case Refusal::Limit::requests_per_minute:
            return "requests_per_minute";
        case Refusal::Limit::tokens_per_minute:
            return "tokens_per_minute";
        case Refusal::Limit::concurrent_requests:
            return "concurrent_requests";
        case Refusal::Limit::fair_share:
            return "fair_share";
    }
    return "unknown";
}

// How many output tokens the money that is there would pay for, once the prompt is paid.
std::int64_t affordable_output(const Refusal& refusal, const HoldEstimate& estimate, const Endpoint& endpoint,
                               std::int64_t choices) {
    const NanoUsd prompt = endpoint.most_for(estimate.prompt_tokens, 0, estimate.for_an_hour);
    const std::int64_t price = endpoint.prices_for(estimate.prompt_tokens).completion;
    if (price <= 0 || refusal.available <= prompt) return 0;
    return tokens_for(refusal.available - prompt, price) / choices;
}

// What every refusal says beside its message.
JsonWriter limit_members(const Refusal& refusal) {
    JsonWriter members;
    members.key("limit").text(name_of(refusal.limit)).key("scope").text(name_of(refusal.scope));
    return members;
}

// Requests that hold the rest may end in a second, or cost all of it: a client that waits has a chance.
constexpr std::string_view kRetrySoon = "retry-after: 1\r\nretry-after-ms: 1000\r\nx-should-retry: true\r\n";
constexpr std::string_view kNeverRetry = "x-should-retry: false\r\n";

Error money_error(const Refusal& refusal, const HoldEstimate& estimate, const Endpoint& endpoint,
                  std::int64_t choices) {
    const bool credit = refusal.limit == Refusal::Limit::credit;
    std::string message =
        credit ? "the organization's credit" : "the budget of this " + std::string(name_of(refusal.scope));
    message += " does not cover this request: " + to_usd(refusal.needed) + " USD needed, " + to_usd(refusal.available) +
               " available";
    if (refusal.resets_at_ms != 0) message += " until it resets at " + rfc3339(refusal.resets_at_ms);
    message += credit ? "; lower max_tokens or add credit" : "; lower max_tokens";
    if (refusal.held_by_others) message += ", or try again: running requests hold the rest";
    Error error(money_kind(refusal), std::move(message));
    error.detail().headers = refusal.held_by_others ? kRetrySoon : kNeverRetry;
    JsonWriter members = limit_members(refusal);
    members.key("needed").usd(refusal.needed).key("available").usd(refusal.available);
    members.key("max_tokens_affordable").number(affordable_output(refusal, estimate, endpoint, choices));
    error.detail().extra = members.key("resets_at").time(refusal.resets_at_ms).take();
    return error;
}

Error rate_error(const Refusal& refusal) {
    const bool tokens = refusal.limit == Refusal::Limit::tokens_per_minute;
    const bool concurrency = refusal.limit == Refusal::Limit::concurrent_requests;
    constexpr std::int64_t kRetryConcurrencyMs = 1000;  // when one of the running requests ends is not known
    const std::int64_t retry_ms = concurrency ? kRetryConcurrencyMs : std::max<std::int64_t>(refusal.retry_after_ms, 1);
    std::string message = "rate limit of this " + std::string(name_of(refusal.scope)) +
                          " reached: " + std::to_string(refusal.most) + " " +
                          std::string(concurrency ? "concurrent requests"
                                      : tokens    ? "tokens per minute"
                                                  : "requests per minute");
    if (!concurrency) {
        message += ", " + std::to_string(refusal.left) + " left, " + std::to_string(refusal.asked) +
                   " asked; try again in " + std::to_string(retry_ms) + " ms";
    }
    if (tokens && refusal.asked > refusal.most) message += " with a smaller request: this one never fits";
    Error error(tokens ? ErrorKind::tokens_rate_limited : ErrorKind::requests_rate_limited, std::move(message));
    error.detail().extra =
        limit_members(refusal).key("remaining").number(refusal.left).key("retry_after_ms").number(retry_ms).take();
    error.detail().headers = retry_after_lines(retry_ms);
    return error;
}

// As OpenAI writes them: "6m0s", "1.5s", "12ms".
void append_duration(BufferedText& out, std::int64_t ms) {
    if (ms < 1000) {
        out.number(ms);
        out += "ms";
        return;
    }
    if (ms >= 60'000) {
        out.number(ms / 60'000);
        out += 'm';
    }
    out.number(ms % 60'000 / 1000);
    if (ms % 1000 != 0) {
        char digits[] = ".000";
        for (std::int64_t i = 3, rest = ms % 1000; i > 0; --i, rest /= 10)
            digits[i] = static_cast<char>('0' + rest % 10);
        out += digits;
    }
    out += 's';
}

void append_rate(std::string_view what, const RateState& state, BufferedText& out) {
    if (!state.limited) return;
    ((out += "x-ratelimit-limit-") += what) += ": ";
    out.number(state.most);
    ((out += "\r\nx-ratelimit-remaining-") += what) += ": ";
    out.number(state.remaining);
    ((out += "\r\nx-ratelimit-reset-") += what) += ": ";
    append_duration(out, state.full_in_ms);
    out += "\r\n";
}

}  // namespace

ErrorKind money_kind(const Refusal& refusal) {
    if (refusal.limit == Refusal::Limit::credit) return ErrorKind::insufficient_credits;
    return refusal.scope == LimitScope::key ? ErrorKind::key_limit_exceeded : ErrorKind::budget_exceeded;
}

Error refusal_error(const Refusal& refusal, const HoldEstimate& estimate, const Endpoint& endpoint,
                    std::int64_t choices) {
    if (refusal.limit == Refusal::Limit::fair_share) {
        return {ErrorKind::overloaded, "this organization has as many requests in flight as others leave free: " +
                                           std::to_string(refusal.most)};
    }
    const bool money = refusal.limit == Refusal::Limit::credit || refusal.limit == Refusal::Limit::budget;
    return money ? money_error(refusal, estimate, endpoint, choices) : rate_error(refusal);
}

void append_rate_limits(const Terms& terms, BufferedText& out) {
    append_rate("requests", terms.request_rate, out);
    append_rate("tokens", terms.token_rate, out);
}

void name_payer(const Principal& principal, Error& refused) {
    const std::string id = to_uuid(principal.organization);
    std::string& extra = refused.detail().extra;
    extra.append(extra.empty() ? "" : ",").append(JsonWriter().key("organization_id").text(id).take());
    refused.detail().message += " (organization " + id + ")";
}

}  // namespace tollgate
