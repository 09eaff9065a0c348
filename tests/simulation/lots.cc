#include "tests/simulation/lots.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "tests/simulation/violation.h"

namespace tollgate::simulation {

bool Lot::spent_before(const Lot& other) const {
    if (priority != other.priority) return priority < other.priority;
    if (expires_ms != other.expires_ms) {
        if (expires_ms == 0 || other.expires_ms == 0) return other.expires_ms == 0;
        return expires_ms < other.expires_ms;
    }
    return order < other.order;
}

void Lots::take(const LedgerEntry& entry) {
    for (const Leg& leg : entry.legs()) {
        if (leg.account != AccountKind::organization_available) continue;
        if (leg.amount < NanoUsd{}) {
            burn(entry, leg.owner, -leg.amount);
            continue;
        }
        const bool confirmation = entry.kind == EntryKind::purchase;
        lots_[leg.owner].push_back({.transaction = confirmation ? entry.reference : entry.event,
                                    .source = entry.kind,
                                    .remaining = leg.amount,
                                    .priority = entry.priority,
                                    .expires_ms = entry.expires_ms,
                                    .order = ++came_});
    }
    if (entry.kind == EntryKind::purchase) take_purchase(entry);
    if (entry.kind == EntryKind::usage) {
        charges_[entry.event] = {
            entry.organization, -entry.moved(AccountKind::organization_available, entry.organization), {}};
    }
    take_back(entry);
}

void Lots::burn(const LedgerEntry& entry, const Id128& organization, NanoUsd amount) {
    const std::string id = to_ulid(entry.event);
    const bool charge_back = entry.kind == EntryKind::adjustment && !entry.reference.is_nil();
    const bool named_only = entry.kind == EntryKind::payment_refund || entry.kind == EntryKind::expiry;
    std::vector<Lot>& lots = lots_[organization];
    while (amount > NanoUsd{}) {
        Lot* next = nullptr;
        const auto rank = [&](const Lot& lot) {  // the lowest is burned
            return std::pair(!(charge_back && lot.transaction == entry.reference),
                             lot.expired(ulid_time_ms(entry.event)));
        };
        for (Lot& lot : lots) {
            if (lot.remaining == NanoUsd{}) continue;
            if (named_only && lot.transaction != entry.reference) continue;
            if (entry.kind == EntryKind::transfer && !lot.purchased()) continue;
            const bool sooner =
                next == nullptr || rank(lot) < rank(*next) || (rank(lot) == rank(*next) && lot.spent_before(*next));
            if (sooner) next = &lot;
        }
        REQUIRE(next != nullptr, "I17", id + " takes " + to_usd(amount) + " more than there is for it");
        REQUIRE(entry.kind != EntryKind::expiry || next->expired(entry.at_ms), "I19", id + " expires credit too early");
        const NanoUsd taken = std::min(amount, next->remaining);
        next->remaining -= taken;
        amount -= taken;
    }
    std::erase_if(lots, [](const Lot& lot) { return lot.remaining == NanoUsd{}; });
}

void Lots::take_purchase(const LedgerEntry& entry) {
    const NanoUsd pending = entry.moved(AccountKind::organization_pending, entry.organization);
    const std::string id = to_ulid(entry.event);
    if (entry.reference.is_nil()) {
        const Purchase purchase{.organization = entry.organization, .amount = pending, .given_back = {}};
        REQUIRE(purchases_.emplace(entry.event, purchase).second, "I3", "purchase " + id + " is booked twice");
        return;
    }
    const auto found = purchases_.find(entry.reference);
    REQUIRE(found != purchases_.end() && found->second.organization == entry.organization, "I18",
            id + " ends a purchase that never was");
    Purchase& purchase = found->second;
    REQUIRE(purchase.state == Purchase::State::pending, "I18", id + " ends a purchase that had ended");
    REQUIRE(pending == -purchase.amount, "I18", id + " ends a purchase of another amount");
    const NanoUsd credit = entry.moved(AccountKind::organization_available, entry.organization);
    REQUIRE(credit == NanoUsd{} || credit == purchase.amount, "I18", id + " confirms a part of a purchase");
    purchase.state = credit == NanoUsd{} ? Purchase::State::cancelled : Purchase::State::confirmed;
}

void Lots::take_back(const LedgerEntry& entry) {
    const std::string id = to_ulid(entry.event);
    if (entry.kind == EntryKind::usage_refund) {
        const auto found = charges_.find(entry.reference);
        REQUIRE(found != charges_.end() && found->second.organization == entry.organization, "I18",
                id + " refunds a request that was never charged");
        ChargedRequest& charge = found->second;
        charge.given_back += entry.moved(AccountKind::organization_available, entry.organization);
        REQUIRE(charge.given_back <= charge.charged, "I18", id + " refunds more than the request was charged");
        return;
    }
    const bool charge_back = entry.kind == EntryKind::adjustment && !entry.reference.is_nil();
    if (entry.kind != EntryKind::payment_refund && !charge_back) return;
    const auto found = purchases_.find(entry.reference);
    REQUIRE(found != purchases_.end() && found->second.organization == entry.organization &&
                found->second.state == Purchase::State::confirmed,
            "I18", id + " pays back what was never paid");
    Purchase& purchase = found->second;
    purchase.given_back += entry.moved(AccountKind::platform_cash, {});
    REQUIRE(purchase.given_back <= purchase.amount, "I18", id + " pays back more than was paid");
}

std::vector<Lot> Lots::of(const Id128& organization) const {
    const auto found = lots_.find(organization);
    if (found == lots_.end()) return {};
    std::vector<Lot> sorted = found->second;
    std::ranges::sort(sorted, [](const Lot& one, const Lot& other) { return one.spent_before(other); });
    return sorted;
}

NanoUsd Lots::total(const Id128& organization) const {
    NanoUsd sum;
    for (const Lot& lot : of(organization)) sum += lot.remaining;
    return sum;
}

NanoUsd Lots::expired(const Id128& organization, std::int64_t at_ms) const {
    NanoUsd sum;
    for (const Lot& lot : of(organization)) sum += lot.expired(at_ms) ? lot.remaining : NanoUsd{};
    return sum;
}

NanoUsd Lots::spare(const Id128& organization, const Id128& wanted, NanoUsd in_flight) const {
    NanoUsd before;
    for (const Lot& lot : of(organization)) {
        before += lot.remaining;
        if (lot.transaction == wanted) return std::clamp(before - in_flight, NanoUsd{}, lot.remaining);
    }
    return {};
}

NanoUsd Lots::spare_purchased(const Id128& organization, NanoUsd in_flight) const {
    NanoUsd spare;
    for (const Lot& lot : of(organization)) {
        if (lot.purchased()) spare += this->spare(organization, lot.transaction, in_flight);
    }
    return spare;
}

}  // namespace tollgate::simulation
