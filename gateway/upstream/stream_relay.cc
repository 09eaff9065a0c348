#include "gateway/upstream/stream_relay.h"

#include <algorithm>
#include <utility>

#include "gateway/exchange/token_usage.h"
#include "gateway/exchange/told_cost.h"
#include "gateway/upstream/upstream_refusal.h"

namespace tollgate {
namespace {

constexpr std::string_view kCutReason = "length";

}  // namespace

StreamRelay::Action StreamRelay::take(std::string_view payload, bool end, bool gone, std::string& out) {
    meter_.feed(payload, out);
    body_ended_ = end;
    const std::int64_t output_tokens = counted_output(rules_.terms, meter_.facts());
    asked_hold_ = has_to_be_covered(output_tokens);
    output_tokens_ = output_tokens;
    if (!is_cut()) held_.progress(output_tokens);
    if (over()) {
        asked_hold_ = false;
        return Action::end;
    }
    if (asked_hold_ && !held_.covers(output_tokens, *rules_.credit)) state_ = State::uncovered;
    if (state_ == State::uncovered && !gone) return Action::cut_credit;
    return is_cut() || gone ? Action::read : Action::forward;
}

// Whether a part brought tokens that the hold has to cover. Not where it brought the end of the answer as well: a clean
// end is a clean end, whatever it cost. Providers that name a finish reason in every chunk have finished only once.
bool StreamRelay::has_to_be_covered(std::int64_t output_tokens) {
    const StreamFacts& facts = meter_.facts();
    const bool grew = output_tokens > output_tokens_;
    const bool finished = facts.finished >= rules_.choices;
    const bool ends = facts.done || (finished && !finished_);
    finished_ = finished;
    return state_ == State::forwarding && grew && !ends;
}

// Nothing is to be expected of the upstream any more, for better or worse.
bool StreamRelay::over() const {
    const StreamFacts& facts = meter_.facts();
    const bool nothing_follows = facts.done && (facts.has_usage || facts.events == 0);
    return body_ended_ || nothing_follows || facts.invalid || facts.error_event;
}

StreamRelay::Action StreamRelay::cut(bool reads_on, std::string& out) {
    cut_by_ = held_.cut_by();
    const Ending told = cut_ending();
    told_usage_ = told.usage;
    told_cost_ = cost_of(told.usage, rules_.endpoint->prices_for(told.usage.prompt));
    state_ = reads_on ? State::reads_on : State::cut;
    if (!reads_on) return Action::end;
    held_.keep(told_usage_.completion, told_cost_);
    meter_.append_cut(code_of(cut_by_), out);
    if (!rules_.may_reply_before_settlement) return Action::forward;
    append_told(told_cost_, out);
    replied_ = true;
    return Action::reply;
}

// [DONE] alone is no answer, nor is it behind events that had no choice. A reason in every chunk does not tell the last
// one.
bool StreamRelay::complete() const {
    const StreamFacts& facts = meter_.facts();
    const bool told_once = facts.has_usage && facts.finished <= rules_.choices;
    const bool finished = !facts.finish_reason.empty() && (body_ended_ || told_once);
    return !facts.error_event && !facts.invalid && (facts.has_choices || facts.has_usage) && (facts.done || finished);
}

bool StreamRelay::whole() const { return complete() && state_ != State::cut; }

StreamRelay::Outcome StreamRelay::finish() {
    if (is_cut()) {
        outcome_ = Outcome::credit_cut;
        ending_ = state_ == State::reads_on ? read_on_ending() : cut_ending();
    } else if (complete()) {
        outcome_ = Outcome::complete;
        ending_ = stream_ending(rules_.terms, meter_.facts());
    } else {
        outcome_ = Outcome::broken;
        ending_ = failed_ending(rules_.terms, meter_.facts(), !rules_.credit->zero_completion_insurance);
    }
    return outcome_;
}

// What came in the last part beyond the hold is given away: no credit covers it.
Ending StreamRelay::cut_ending() const {
    Ending ending = stream_ending(rules_.terms, meter_.facts());
    ending.finish_reason = kCutReason;
    ending.unbilled_output = std::max<std::int64_t>(ending.usage.completion - held_.covered_output(), 0);
    ending.usage.completion -= ending.unbilled_output;
    return ending;
}

// Whatever reading on tells, the client is charged for no more than it was told.
Ending StreamRelay::read_on_ending() const {
    Ending ending = stream_ending(rules_.terms, meter_.facts());
    ending.finish_reason = kCutReason;
    ending.told = {.tokens = told_usage_.prompt + told_usage_.completion, .cost = told_cost_};
    return ending;
}

Error StreamRelay::error(const std::string& provider) const {
    static const Credential kNone;
    const StreamFacts& facts = meter_.facts();
    Error error;
    if (facts.error_event) {
        error = judge_reported(facts.error, provider, rules_.credential == nullptr ? kNone : *rules_.credential);
    } else if (facts.too_large) {
        error = {ErrorKind::upstream_invalid_response,
                 "provider " + provider + " sent an event larger than limits.max_event_bytes"};
    } else if (facts.invalid) {
        error = {ErrorKind::upstream_invalid_response,
                 "provider " + provider + " sent an event that is not JSON, or not of its API"};
    } else if (read_error_) {
        error = read_error_;
    } else {
        error = {ErrorKind::upstream_incomplete,
                 "provider " + provider + " ended the stream before the answer was complete"};
    }
    if (facts.content_events > 0) error.set_retry(Retry::never);
    return error;
}

void StreamRelay::append_told(NanoUsd cost, std::string& out) const {
    const std::string text = told_cost(held_.request(), cost);
    meter_.append_cut_end({.counts = token_counts(told_usage_), .cost = text}, out);
}

void StreamRelay::append_rest(NanoUsd cost, std::string& out) {
    if (outcome_ == Outcome::complete) {
        const bool reported = ending_.source == UsageSource::provider;
        const std::string text = told_cost(held_.request(), cost);
        meter_.append_end({.counts = token_counts(ending_.usage), .reported = reported, .cost = text}, out);
    }
    if (outcome_ != Outcome::credit_cut || replied_) return;
    if (state_ == State::cut) {
        meter_.append_cut(code_of(cut_by_), out);
        append_told(cost, out);
    } else {
        append_told(std::min(cost, told_cost_), out);
    }
}

}  // namespace tollgate
