#include "accounting/verify/reference_ledger.h"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace tollgate {
namespace {

constexpr std::size_t kRecentIds = 1 << 16;

void add_to_window(std::vector<ReferenceLedger::Window>& windows, std::int64_t number, NanoUsdSum amount) {
    ReferenceLedger::Window window{.number = number};
    const auto known = std::ranges::find(windows, number, &ReferenceLedger::Window::number);
    if (known != windows.end()) {
        window = *known;
        windows.erase(known);
    } else if (windows.size() == 2) {
        windows.erase(windows.begin());
    }
    window.charged += amount;
    windows.push_back(window);
}

void add_spend(ReferenceLedger::Spend& spend, NanoUsdSum amount, std::int64_t unix_ms) {
    using namespace std::chrono;
    const sys_days today = floor<days>(sys_time<milliseconds>(milliseconds(unix_ms)));
    const std::int64_t day = today.time_since_epoch().count();
    const std::int64_t week = floor<weeks>(days(day + 3)).count();  // 1970-01-01 was a Thursday
    const year_month_day date(today);
    const std::int64_t month = std::int64_t{int{date.year()}} * 12 + unsigned{date.month()} - 1;
    spend.total += amount;
    add_to_window(spend.days, day, amount);
    add_to_window(spend.weeks, week, amount);
    add_to_window(spend.months, month, amount);
}

// Whether the entry may take from the lot: 0 no, else the lower the sooner.
int turn_of(const LedgerEntry& entry, const ReferenceLedger::Lot& lot) {
    const bool named = !entry.reference.is_nil() && lot.transaction == entry.reference;
    if (entry.kind == EntryKind::payment_refund || entry.kind == EntryKind::expiry) return named ? 1 : 0;
    if (entry.kind == EntryKind::adjustment && named) return 1;
    const bool purchased = lot.kind == EntryKind::purchase || lot.kind == EntryKind::transfer;
    if (entry.kind == EntryKind::transfer && !purchased) return 0;
    const bool expired = lot.expires_ms != 0 && lot.expires_ms <= ulid_time_ms(entry.event);
    return expired ? 3 : 2;
}

// Takes it all, or says false.
bool burn(const LedgerEntry& entry, std::vector<ReferenceLedger::Lot>& lots, std::int64_t amount) {
    const auto order = [&](const ReferenceLedger::Lot& lot) {
        const std::int64_t expires_ms = lot.expires_ms == 0 ? INT64_MAX : lot.expires_ms;
        return std::tuple(turn_of(entry, lot), lot.priority, expires_ms);
    };
    while (amount > 0) {
        auto next = lots.end();
        for (auto lot = lots.begin(); lot != lots.end(); ++lot) {
            if (turn_of(entry, *lot) != 0 && (next == lots.end() || order(*lot) < order(*next))) next = lot;
        }
        if (next == lots.end()) return false;
        const std::int64_t taken = std::min(amount, next->left);
        next->left -= taken;
        amount -= taken;
        if (next->left == 0) lots.erase(next);
    }
    return true;
}

LedgerDifference difference(const LedgerEntry& entry, const std::string& what) {
    return {.what = std::string(to_string(entry.kind)) + " entry " + to_ulid(entry.event) + ": " + what};
}

}  // namespace

std::string to_string(const LedgerDifference& difference) {
    std::string text;
    if (difference.block != 0) text += "block " + std::to_string(difference.block) + ", ";
    if (difference.entry != 0) text += "number " + std::to_string(difference.entry) + " in it, ";
    text += difference.what;
    if (!difference.account.empty()) text += "; account " + difference.account;
    if (!difference.expected.empty() || !difference.found.empty()) {
        text += "; expected " + difference.expected + ", found " + difference.found;
    }
    return text;
}

bool IdSet::contains(const Id128& id) const { return recent_.contains(id) || std::ranges::binary_search(sorted_, id); }

bool IdSet::insert(const Id128& id) {
    if (std::ranges::binary_search(sorted_, id) || !recent_.insert(id).second) return false;
    if (recent_.size() < kRecentIds) return true;
    // Only what lies behind the first recent id has to be put in order again.
    const auto first = std::ranges::lower_bound(sorted_, *recent_.begin()) - sorted_.begin();
    sorted_.insert(sorted_.end(), recent_.begin(), recent_.end());
    std::sort(sorted_.begin() + first, sorted_.end());
    recent_.clear();
    return true;
}

std::optional<LedgerDifference> ReferenceLedger::add(const LedgerEntry& entry) {
    if (!events_.insert(entry.event)) return difference(entry, "an event with this id is in the journal already");
    NanoUsdSum sum = 0;
    for (const Leg& leg : entry.legs()) sum += leg.amount.value;
    if (sum != 0 || entry.leg_count < 2) {
        auto found = difference(entry, "its legs do not sum to zero");
        found.expected = "0", found.found = to_string(sum);
        return found;
    }
    const bool usage = entry.kind == EntryKind::usage || entry.kind == EntryKind::usage_refund;
    for (const Leg& leg : entry.legs()) {
        const NanoUsdSum amount = leg.amount.value;
        accounts_[{leg.account, leg.owner}] += amount;
        if (leg.account != AccountKind::organization_available) continue;
        Organization& organization = organizations_[leg.owner];
        KindSum& kind = organization.kinds[entry.kind];
        ++kind.entries;
        kind.moved += amount;
        usage ? organization.used -= amount : organization.granted += amount;
        if (entry.kind != EntryKind::usage) continue;  // a refund opens no limit again
        const std::int64_t admitted_ms = ulid_time_ms(entry.event);
        add_spend(organization.spent, -amount, admitted_ms);
        add_spend(projects_[entry.project], -amount, admitted_ms);
        add_spend(keys_[{entry.organization, entry.key}], -amount, admitted_ms);
        if (!entry.member.is_nil()) add_spend(members_[{entry.organization, entry.member}], -amount, admitted_ms);
    }
    // After all legs: an entry may take from an organization and give to it.
    for (const Leg& leg : entry.legs()) {
        if (leg.account != AccountKind::organization_available || balance(leg.owner) >= 0) continue;
        auto found = difference(entry, "an organization falls below zero");
        found.account = account_name(leg.account, leg.owner);
        found.expected = "0 or more", found.found = to_string(balance(leg.owner));
        return found;
    }
    if (!move_lots(entry)) return difference(entry, "it takes credit that it may not take");
    return follow_refunds(entry);
}

std::optional<LedgerDifference> ReferenceLedger::follow_refunds(const LedgerEntry& entry) {
    const bool charge = entry.kind == EntryKind::usage;
    if (!charge && entry.kind != EntryKind::usage_refund) return std::nullopt;
    const auto found = refundable_.find(charge ? entry.event : entry.reference);
    if (charge && found == refundable_.end()) return std::nullopt;
    const std::string request = "request " + to_ulid(entry.reference);
    if (found == refundable_.end()) return difference(entry, "nothing is noted as given back of " + request);
    Refundable& of = found->second;
    const std::int64_t moved = entry.moved(AccountKind::organization_available, entry.organization).value;
    if (charge) {
        of = {.organization = entry.organization, .left = -moved};
    } else if (of.organization != entry.organization) {
        return difference(entry, request + " was not charged to this organization before");
    } else if (moved <= 0 || moved > of.left) {
        auto wrong = difference(entry, "it gives back more than is left of the charge of " + request);
        wrong.expected = "up to " + std::to_string(of.left), wrong.found = std::to_string(moved);
        return wrong;
    } else {
        of.left -= moved;
    }
    return std::nullopt;
}

bool ReferenceLedger::move_lots(const LedgerEntry& entry) {
    const bool end_of_purchase = entry.kind == EntryKind::purchase && !entry.reference.is_nil();
    for (const Leg& leg : entry.legs()) {
        if (leg.account != AccountKind::organization_available) continue;
        const std::int64_t amount = leg.amount.value;
        auto& lots = lots_[leg.owner];
        if (amount > 0) {
            lots.push_back({.transaction = end_of_purchase ? entry.reference : entry.event,
                            .kind = entry.kind,
                            .amount = amount,
                            .left = amount,
                            .priority = entry.priority,
                            .expires_ms = entry.expires_ms,
                            .created_ms = entry.at_ms});
        } else if (!burn(entry, lots, -amount)) {
            return false;
        }
    }
    return true;
}

Status ReferenceLedger::apply(const LedgerEntry& entry) {
    const auto difference = add(entry);
    return difference ? Status(StatusCode::corrupt, to_string(*difference)) : Status();
}

NanoUsdSum ReferenceLedger::balance(const Id128& organization) const {
    const auto found = organizations_.find(organization);
    return found == organizations_.end() ? 0 : found->second.balance();
}

NanoUsdSum ReferenceLedger::total(AccountKind account) const {
    const auto sums = account_sums();
    const auto found = sums.find(account);
    return found == sums.end() ? 0 : found->second;
}

std::map<AccountKind, NanoUsdSum> ReferenceLedger::account_sums() const {
    std::map<AccountKind, NanoUsdSum> sums;
    for (const auto& [account, amount] : accounts_) sums[account.first] += amount;
    return sums;
}

std::string to_string(const ReferenceLedger::Spend& spend) {
    std::string text = to_string(spend.total);
    for (const auto* windows : {&spend.days, &spend.weeks, &spend.months}) {
        text += ";";
        for (const auto& [number, charged] : *windows) {
            text += " " + to_string(charged) + " in " + std::to_string(number);
        }
    }
    return text;
}

std::string account_name(AccountKind kind, const Id128& owner) {
    std::string name(to_string(kind));
    return owner.is_nil() ? name : name + " " + to_uuid(owner);
}

}  // namespace tollgate
