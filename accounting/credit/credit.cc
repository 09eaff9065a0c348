#include "accounting/credit/credit.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tollgate {
namespace {

template <class Id>
std::string bytes_of(const Id& id) {
    return std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

Refusal rate_refusal(Refusal::Limit limit, const Spender& spender, const RateBucket& bucket, std::int64_t most,
                     std::int64_t asked) {
    Refusal refusal;
    refusal.limit = limit;
    refusal.scope = spender.scope;
    refusal.most = most;
    refusal.asked = asked;
    refusal.left = bucket.remaining(most);
    refusal.retry_after_ms = bucket.wait_ms(most, asked);
    return refusal;
}

void refill(Spender& spender, std::int64_t monotonic_ms) {
    const Limits& limits = spender.limits;
    if (limits.requests_per_minute) spender.requests.refill(*limits.requests_per_minute, monotonic_ms);
    if (limits.tokens_per_minute) spender.tokens.refill(*limits.tokens_per_minute, monotonic_ms);
}

// Whether the spender's rates and count of requests have room for the demand.
std::optional<Refusal> too_fast(const Spender& spender, const Demand& demand) {
    const Limits& limits = spender.limits;
    if (limits.requests_per_minute) {
        const std::int64_t most = *limits.requests_per_minute;
        if (spender.requests.remaining(most) < 1) {
            return rate_refusal(Refusal::Limit::requests_per_minute, spender, spender.requests, most, 1);
        }
    }
    if (limits.tokens_per_minute) {
        const std::int64_t most = *limits.tokens_per_minute;
        if (spender.tokens.remaining(most) < demand.tokens) {
            return rate_refusal(Refusal::Limit::tokens_per_minute, spender, spender.tokens, most, demand.tokens);
        }
    }
    const bool unfair = spender.scope == LimitScope::organization && spender.running >= demand.most_running;
    if (unfair || (limits.concurrent_requests && spender.running >= *limits.concurrent_requests)) {
        Refusal refusal;
        refusal.limit = unfair ? Refusal::Limit::fair_share : Refusal::Limit::concurrent_requests;
        refusal.scope = spender.scope;
        refusal.most = unfair ? demand.most_running : *limits.concurrent_requests;
        refusal.asked = 1;
        return refusal;
    }
    return std::nullopt;
}

// What others hold comes back, or is spent; that it is in the way says nothing yet.
void note_used_up(std::span<Spender* const> everyone, const Refusal& refusal, std::int64_t unix_ms) {
    if (refusal.limit != Refusal::Limit::budget || refusal.held_by_others) return;
    for (Spender* const spender : everyone) {
        if (spender != nullptr && spender->scope == refusal.scope) spender->used_up_ms = unix_ms;
    }
}

void note_tightest(const std::optional<std::int64_t>& most, const RateBucket& bucket, RateState& state) {
    if (!most) return;
    const std::int64_t remaining = bucket.remaining(*most);
    if (state.limited && remaining >= state.remaining) return;
    state = {true, *most, remaining, bucket.full_in_ms(*most)};
}

}  // namespace

OrganizationCredit::OrganizationCredit(const Id128& id, const Limits& defaults) : id_(id), defaults_(defaults) {
    set_limits(organization_, {});
}

NanoUsd OrganizationCredit::not_held() const { return granted_ - used_ - held_; }
NanoUsd OrganizationCredit::Expired::nobodys() const { return left > promised ? left - promised : NanoUsd{}; }
NanoUsd OrganizationCredit::available() const { return not_held() - expired_.nobodys(); }

std::optional<Refusal> OrganizationCredit::short_of_money(const All& spenders, NanoUsd amount, const WindowNumbers& at,
                                                          std::int64_t unix_ms) const {
    if (amount == NanoUsd{}) return std::nullopt;  // nobody is too poor for that: a budget may be overspent since
    if (amount > available()) {
        Refusal refusal;
        refusal.needed = amount;
        refusal.available = std::max(available(), NanoUsd{});
        refusal.held_by_others = amount <= available() + held_;
        return refusal;
    }
    for (Spender* const spender : spenders) {
        if (spender == nullptr || !spender->limits.budget) continue;
        const NanoUsd left = spender->budget_left(at);
        if (amount <= left) continue;
        Refusal refusal;
        refusal.limit = Refusal::Limit::budget;
        refusal.scope = spender->scope;
        refusal.needed = amount;
        refusal.available = std::max(left, NanoUsd{});
        refusal.held_by_others = amount <= left + spender->held;
        refusal.resets_at_ms = window_end_ms(spender->limits.reset, unix_ms);
        return refusal;
    }
    return std::nullopt;
}

NanoUsd OrganizationCredit::room_for(const All& spenders, const WindowNumbers& at) const {
    NanoUsd room = available();
    for (Spender* const spender : spenders) {
        if (spender != nullptr) room = std::min(room, spender->budget_left(at));
    }
    return room;
}

void OrganizationCredit::take(const All& spenders, NanoUsd amount, const WindowNumbers& at) {
    held_ += amount;
    for (Spender* const spender : spenders) {
        if (spender == nullptr) continue;
        spender->held += amount;
        spender->spent.hold(amount, at);
    }
}

void OrganizationCredit::release(const All& spenders, NanoUsd amount, const WindowNumbers& at) {
    if (amount < NanoUsd{} || amount > held_) money_violation("a hold is released that was not taken");
    held_ -= amount;
    for (Spender* const spender : spenders) {
        if (spender == nullptr) continue;
        if (amount > spender->held) money_violation("a spender's hold is released that was not taken");
        spender->held -= amount;
        spender->spent.hold(-amount, at);
    }
}

Admission OrganizationCredit::hold(const Spenders& spenders, const Demand& demand) {
    if (demand.amount < NanoUsd{} || demand.tokens < 0) money_violation("a hold is negative");
    if (demand.generous.value_or(demand.amount) < demand.amount) money_violation("a generous hold is the smaller one");
    const All everyone = all(spenders);
    const WindowNumbers at = windows_at(demand.unix_ms);
    Admission admission;
    const std::lock_guard lock(mutex_);
    for (Spender* const spender : everyone) {  // whoever refuses: the answer shows how each of them stands
        if (spender != nullptr) refill(*spender, demand.monotonic_ms);
    }
    NanoUsd amount = demand.amount;
    if (demand.generous) {
        amount = std::clamp(NanoUsd{room_for(everyone, at).value / kGenerousParts}, amount, *demand.generous);
    }
    admission.refusal = short_of_money(everyone, amount, at, demand.unix_ms);
    if (admission.refusal) note_used_up(everyone, *admission.refusal, demand.unix_ms);
    for (Spender* const spender : everyone) {
        if (spender != nullptr && !admission.refusal) admission.refusal = too_fast(*spender, demand);
    }
    for (Spender* const spender : everyone) {
        if (spender != nullptr && !admission.refusal) spender->spent.enter(at);
    }
    if (!admission.refusal) {
        take(everyone, amount, at);
        admission.taken = amount;
    }
    for (Spender* const spender : everyone) {
        if (spender == nullptr) continue;
        if (!admission.refusal) {
            ++spender->running;
            if (spender->limits.requests_per_minute) spender->requests.take(1);
            if (spender->limits.tokens_per_minute) spender->tokens.take(demand.tokens);
        }
        note_tightest(spender->limits.requests_per_minute, spender->requests, admission.requests);
        note_tightest(spender->limits.tokens_per_minute, spender->tokens, admission.tokens);
    }
    return admission;
}

Growth OrganizationCredit::grow(const Spenders& spenders, NanoUsd most, NanoUsd least, std::int64_t unix_ms) {
    if (least < NanoUsd{} || most < least) money_violation("a hold grows by a negative amount");
    const All everyone = all(spenders);
    const WindowNumbers at = windows_at(unix_ms);
    const std::lock_guard lock(mutex_);
    Growth growth;
    growth.refusal = short_of_money(everyone, most, at, unix_ms);
    const NanoUsd there = growth.refusal ? room_for(everyone, at) : most;
    if (there >= least) growth.taken = there;
    take(everyone, growth.taken, at);
    return growth;
}

void OrganizationCredit::shrink(const Spenders& spenders, NanoUsd less, std::int64_t unix_ms) {
    const All everyone = all(spenders);
    const WindowNumbers at = windows_at(unix_ms);
    const std::lock_guard lock(mutex_);
    release(everyone, less, at);
}

Charge OrganizationCredit::settle(const Spenders& spenders, const Settlement& settlement) {
    if (settlement.cost < NanoUsd{}) money_violation("a cost is negative");
    const All everyone = all(spenders);
    const WindowNumbers at = windows_at(settlement.unix_ms);
    const std::lock_guard lock(mutex_);
    release(everyone, settlement.held, at);
    // What was held is there, whatever became of the limits meanwhile; beyond it only what nobody holds and no budget
    // refuses.
    const NanoUsd within = std::min(settlement.cost, settlement.held);
    const NanoUsd room = room_for(everyone, at) - within;
    const NanoUsd charged = within + std::clamp(settlement.cost - within, NanoUsd{}, std::max(room, NanoUsd{}));
    used_ += charged;
    if (settlement.unix_ms < expired_.frozen_ms) expired_.settle(settlement.held, charged);
    if (expired_.promised > held_) expired_.promised = held_;  // a clock that went back hides who was promised
    for (Spender* const spender : everyone) {
        if (spender == nullptr) continue;
        if (--spender->running < 0) money_violation("more requests are settled than hold");
        spender->spent.charge(charged, at);
        if (spender->limits.tokens_per_minute) spender->tokens.correct(settlement.held_tokens, settlement.tokens);
    }
    if (settlement.output_tokens > 0) outputs_.add(settlement.endpoint, settlement.output_tokens);
    if (settlement.prompt_tokens > 0) {
        prompts_.add(settlement.endpoint, settlement.prompt_bytes, settlement.prompt_tokens);
    }
    if (settlement.reasoning_tokens) outputs_.add_reasoning(settlement.endpoint, *settlement.reasoning_tokens);
    check_not_negative();
    return {charged, settlement.cost - charged};
}

std::optional<std::int64_t> OrganizationCredit::usual_output(std::size_t endpoint) const {
    const std::lock_guard lock(mutex_);
    return outputs_.p99(endpoint);
}

std::optional<PromptHistory::Ratios> OrganizationCredit::prompt_ratios(std::size_t endpoint) const {
    const std::lock_guard lock(mutex_);
    return prompts_.learned(endpoint);
}

std::optional<std::int64_t> OrganizationCredit::usual_reasoning(std::size_t endpoint) const {
    const std::lock_guard lock(mutex_);
    return outputs_.mean_reasoning(endpoint);
}

void OrganizationCredit::Expired::settle(NanoUsd held, NanoUsd charged) {
    promised -= std::min(promised, held);
    left -= std::min(left, charged);
}

NanoUsd OrganizationCredit::freeze_expired(std::int64_t last_expiry_ms, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (last_expiry_ms > expired_.frozen_ms) {
        expired_.frozen_ms = now_ms;
        expired_.promised = held_;
    }
    return expired_.promised;
}

NanoUsd OrganizationCredit::take_expired(NanoUsd most) {
    const std::lock_guard lock(mutex_);
    const NanoUsd taken = std::clamp(most, NanoUsd{}, not_held());
    granted_ -= taken;
    expired_.left -= std::min(expired_.left, taken);
    return taken;
}

void OrganizationCredit::set_expired_left(NanoUsd left) {
    const std::lock_guard lock(mutex_);
    expired_.left = left;
    if (left == NanoUsd{}) expired_ = {};
}

NanoUsd OrganizationCredit::take_back(NanoUsd most) {
    const std::lock_guard lock(mutex_);
    const NanoUsd taken = std::clamp(most, NanoUsd{}, std::max(available(), NanoUsd{}));
    granted_ -= taken;
    return taken;
}

void OrganizationCredit::refund_usage(NanoUsd amount) {
    const std::lock_guard lock(mutex_);
    if (amount < NanoUsd{} || amount > used_) money_violation("a refund of more than was ever charged");
    used_ -= amount;
}

void OrganizationCredit::grant(NanoUsd amount) {
    const std::lock_guard lock(mutex_);
    granted_ = std::max(granted_ + amount, used_ + held_);
}

void OrganizationCredit::restore(NanoUsd granted, NanoUsd used) {
    const std::lock_guard lock(mutex_);
    granted_ = granted;
    used_ = used;
    check_not_negative();
}

void OrganizationCredit::restore_spent(Spender& spender, const SpendWindows& spent) {
    const std::lock_guard lock(mutex_);
    spender.spent = spent;
}

OrganizationCredit::Snapshot OrganizationCredit::snapshot() const {
    const std::lock_guard lock(mutex_);
    return {granted_, used_, held_};
}

Spender OrganizationCredit::state_of(const Spender& spender, std::int64_t monotonic_ms,
                                     const std::optional<Limits>& other_limits) const {
    const std::lock_guard lock(mutex_);
    Spender state = spender;
    if (other_limits) apply(*other_limits, state);
    refill(state, monotonic_ms);
    return state;
}

void OrganizationCredit::set_limits(Spender& spender, const Limits& limits) {
    const std::lock_guard lock(mutex_);
    apply(limits, spender);
}

void OrganizationCredit::set_first_limits(Spender& spender, const Limits& limits) {
    const std::lock_guard lock(mutex_);
    if (!spender.has_limits) apply(limits, spender);
}

void OrganizationCredit::apply(const Limits& limits, Spender& spender) const {
    Limits& now = spender.limits;
    if (now.budget != limits.budget || now.reset != limits.reset) spender.used_up_ms = 0;
    now = limits;
    spender.has_limits = true;
    if (spender.scope == LimitScope::organization) {
        if (!now.requests_per_minute) now.requests_per_minute = defaults_.requests_per_minute;
        if (!now.tokens_per_minute) now.tokens_per_minute = defaults_.tokens_per_minute;
    }
    if (now.requests_per_minute) spender.requests.set_rate(*now.requests_per_minute);
    if (now.tokens_per_minute) spender.tokens.set_rate(*now.tokens_per_minute);
}

void OrganizationCredit::check_not_negative() const {
    if (not_held() < NanoUsd{}) money_violation("an organization's available credit is below zero");
}

OrganizationCredit& CreditTable::organization(const Id128& id) {
    const std::lock_guard lock(mutex_);
    return organizations_.try_emplace(id, id, defaults_).first->second;
}

Spender& CreditTable::spender(LimitScope scope, std::string id) {
    id += static_cast<char>(scope);
    const std::lock_guard lock(mutex_);
    return spenders_.try_emplace(std::move(id), scope).first->second;
}

Spender* CreditTable::find(LimitScope scope, std::string id) const {
    id += static_cast<char>(scope);
    const std::lock_guard lock(mutex_);
    const auto found = spenders_.find(id);
    return found == spenders_.end() ? nullptr : const_cast<Spender*>(&found->second);
}

Spender* CreditTable::find_project(const Id128& id) const { return find(LimitScope::project, bytes_of(id)); }
Spender* CreditTable::find_key(const Id128& organization, const KeyDigest& digest) const {
    return find(LimitScope::key, bytes_of(organization) + bytes_of(digest));
}

const Spenders& CreditTable::keep(const Spenders& spenders) {
    const std::lock_guard lock(mutex_);
    return kept_.emplace_back(spenders);
}

Spender& CreditTable::project(const Id128& id) { return spender(LimitScope::project, bytes_of(id)); }

Spender& CreditTable::member(const Id128& organization, const Id128& user) {
    return spender(LimitScope::member, bytes_of(organization) + bytes_of(user));
}

Spender& CreditTable::key(const Id128& organization, const KeyDigest& digest) {
    return spender(LimitScope::key, bytes_of(organization) + bytes_of(digest));
}

void CreditTable::for_each(const std::function<void(const OrganizationCredit&)>& visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, credit] : organizations_) visit(credit);
}

void CreditTable::for_each_spender(const std::function<void(const Spender&)>& visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, spender] : spenders_) visit(spender);
}

}  // namespace tollgate
