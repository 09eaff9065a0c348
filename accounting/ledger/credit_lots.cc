#include "accounting/ledger/credit_lots.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <tuple>

#include "accounting/money/byte_codec.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kLotVersion = 1;
constexpr std::size_t kLotBytes = 1 + 8 + 1 + 8 + 8 + 4 + 8 + 8 + 8;

// As every row of a checkpoint: version and block first.
std::string encode_lot(const CreditLot& lot, std::uint64_t block) {
    std::array<std::byte, kLotBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kLotVersion);
    writer.integer(block);
    writer.integer(static_cast<std::uint8_t>(lot.source));
    writer.integer(lot.amount.value);
    writer.integer(lot.remaining.value);
    writer.integer(lot.priority);
    writer.integer(lot.expires_ms);
    writer.integer(lot.created_ms);
    writer.integer(lot.sequence);
    return text_of(std::span(bytes).first(writer.size()));
}

LotSource source_of(EntryKind kind) {
    switch (kind) {
        case EntryKind::purchase:
            return LotSource::purchase;
        case EntryKind::transfer:
            return LotSource::transfer;
        case EntryKind::adjustment:
            return LotSource::adjustment;
        case EntryKind::usage_refund:
            return LotSource::refund;
        default:
            return LotSource::grant;
    }
}

// The transaction that people know the credit by: of a purchase the pending one, not its confirmation.
Id128 lot_id(const LedgerEntry& entry) {
    return entry.kind == EntryKind::purchase && !entry.reference.is_nil() ? entry.reference : entry.event;
}

}  // namespace

BurnOrder burn_order(const CreditLot& lot) {
    const std::int64_t expires_ms = lot.expires_ms == 0 ? std::numeric_limits<std::int64_t>::max() : lot.expires_ms;
    return {lot.priority, expires_ms, lot.sequence};
}

std::string_view to_string(LotSource source) {
    switch (source) {
        case LotSource::purchase:
            return "purchase";
        case LotSource::grant:
            return "grant";
        case LotSource::transfer:
            return "transfer";
        case LotSource::adjustment:
            return "adjustment";
        case LotSource::refund:
            return "refund";
    }
    return "unknown";
}

Status CreditLots::load(const Id128& organization, const Id128& transaction, std::span<const std::byte> value) {
    ByteReader reader(value);
    CreditLot lot;
    lot.transaction = transaction;
    lot.source = static_cast<LotSource>(reader.integer<std::uint8_t>());
    lot.amount.value = reader.integer<std::int64_t>();
    lot.remaining.value = reader.integer<std::int64_t>();
    lot.priority = reader.integer<std::int32_t>();
    lot.expires_ms = reader.integer<std::int64_t>();
    lot.created_ms = reader.integer<std::int64_t>();
    lot.sequence = reader.integer<std::uint64_t>();
    const bool known = lot.source >= LotSource::purchase && lot.source <= LotSource::refund;
    if (!reader.ok() || reader.left() != 0 || !known || lot.remaining <= NanoUsd{} || lot.remaining > lot.amount) {
        return Status(StatusCode::corrupt, "lot of credit " + to_ulid(transaction) + ": malformed");
    }
    add(organization, accounts_[organization], lot);
    return {};
}

void CreditLots::add(const Id128& organization, Account& account, const CreditLot& lot) {
    const auto after = std::ranges::upper_bound(account.lots, burn_order(lot), {}, burn_order);
    account.lots.insert(after, lot);
    account.total += lot.remaining;
    if (lot.expires_ms != 0) expiries_.insert({lot.expires_ms, {organization, lot.transaction}});
}

void CreditLots::mark_changed(Account& account, const Id128& lot) {
    // Usage after usage burns one and the same.
    if (account.changed.empty() || account.changed.back() != lot) account.changed.push_back(lot);
}

NanoUsd CreditLots::take(const Id128& organization, Account& account, std::size_t at, NanoUsd most) {
    CreditLot& lot = account.lots[at];
    const NanoUsd taken = std::min(lot.remaining, most);
    if (taken == NanoUsd{}) return taken;
    lot.remaining -= taken;
    account.total -= taken;
    if (lot.remaining == NanoUsd{} && lot.expires_ms != 0) {
        expiries_.erase({lot.expires_ms, {organization, lot.transaction}});
    }
    mark_changed(account, lot.transaction);
    return taken;
}

Status CreditLots::burn(const LedgerEntry& entry, const Id128& organization, Account& account, NanoUsd amount) {
    const bool named_only = entry.kind == EntryKind::payment_refund || entry.kind == EntryKind::expiry;
    const bool named_first = named_only || entry.kind == EntryKind::adjustment;
    NanoUsd left = amount;
    bool used_up = false;
    const auto take_from = [&](std::size_t at) {
        left -= take(organization, account, at, left);
        used_up = used_up || account.lots[at].remaining == NanoUsd{};
    };
    if (named_first && !entry.reference.is_nil()) {
        const auto named = std::ranges::find(account.lots, entry.reference, &CreditLot::transaction);
        if (named != account.lots.end()) {
            take_from(static_cast<std::size_t>(named - account.lots.begin()));
        }
    }
    const std::int64_t began_ms = ulid_time_ms(entry.event);
    for (const bool expired : {false, true}) {
        for (std::size_t i = 0; i < account.lots.size() && left > NanoUsd{} && !named_only; ++i) {
            const CreditLot& lot = account.lots[i];
            if (lot.expired(began_ms) != expired) continue;
            if (entry.kind == EntryKind::transfer && !lot.purchased()) continue;
            take_from(i);
        }
    }
    if (used_up) std::erase_if(account.lots, [](const CreditLot& lot) { return lot.remaining == NanoUsd{}; });
    if (left == NanoUsd{}) return {};
    return Status(StatusCode::corrupt, "entry " + to_ulid(entry.event) + " takes " + to_usd(left) +
                                           " USD more than the lots of credit of organization " +
                                           to_uuid(organization) + " have for it");
}

Status CreditLots::apply(const LedgerEntry& entry) {
    for (const Leg& leg : entry.legs()) {
        if (leg.account != AccountKind::organization_available) continue;
        Account& account = accounts_[leg.owner];
        if (account.changed.empty()) changed_.push_back(leg.owner);
        if (leg.amount < NanoUsd{}) {
            if (Status status = burn(entry, leg.owner, account, -leg.amount); !status.ok()) return status;
            continue;
        }
        std::uint64_t last = 0;
        for (const CreditLot& lot : account.lots) last = std::max(last, lot.sequence);
        CreditLot lot{.transaction = lot_id(entry),
                      .source = source_of(entry.kind),
                      .amount = leg.amount,
                      .remaining = leg.amount,
                      .priority = entry.priority,
                      .expires_ms = entry.expires_ms,
                      .created_ms = entry.at_ms,
                      .sequence = last + 1};
        add(leg.owner, account, lot);
        mark_changed(account, lot.transaction);
    }
    return {};
}

void CreditLots::add_checkpoint(WriteBatch& batch, std::uint64_t block) {
    for (const Id128& organization : changed_) {
        Account& account = accounts_[organization];
        std::ranges::sort(account.changed);
        const auto repeated = std::ranges::unique(account.changed);
        account.changed.erase(repeated.begin(), repeated.end());
        NanoUsd total;
        for (const CreditLot& lot : account.lots) total += lot.remaining;
        if (total != account.total) money_violation("the lots of an organization do not sum to their total");
        for (const Id128& changed : account.changed) {
            const auto lot = std::ranges::find(account.lots, changed, &CreditLot::transaction);
            std::string key = credit_lot_key(organization.bytes, changed.bytes);
            if (lot == account.lots.end()) {
                batch.erase(Family::balances, std::move(key));
            } else {
                batch.put(Family::balances, std::move(key), encode_lot(*lot, block));
            }
        }
        account.changed.clear();
    }
    changed_.clear();
}

std::span<const CreditLot> CreditLots::of(const Id128& organization) const {
    const auto account = accounts_.find(organization);
    return account == accounts_.end() ? std::span<const CreditLot>() : std::span(account->second.lots);
}

NanoUsd CreditLots::total(const Id128& organization) const {
    const auto account = accounts_.find(organization);
    return account == accounts_.end() ? NanoUsd{} : account->second.total;
}

NanoUsd CreditLots::spare(const Id128& organization, const Id128& transaction, NanoUsd in_flight) const {
    for (const CreditLot& lot : of(organization)) {
        const NanoUsd burned = std::min(in_flight, lot.remaining);
        if (lot.transaction == transaction) return lot.remaining - burned;
        in_flight -= burned;
    }
    return {};
}

NanoUsd CreditLots::spare_purchased(const Id128& organization, NanoUsd in_flight) const {
    NanoUsd spare;
    for (const CreditLot& lot : of(organization)) {
        const NanoUsd burned = std::min(in_flight, lot.remaining);
        if (lot.purchased()) spare += lot.remaining - burned;
        in_flight -= burned;
    }
    return spare;
}

std::vector<Id128> CreditLots::owners_of_expired(std::int64_t now_ms) const {
    std::vector<Id128> owners;
    for (const Expiry& expiry : expiries_) {
        if (expiry.at_ms > now_ms) break;
        owners.push_back(expiry.lot.organization);
    }
    std::ranges::sort(owners);
    const auto repeated = std::ranges::unique(owners);
    owners.erase(repeated.begin(), repeated.end());
    return owners;
}

}  // namespace tollgate
