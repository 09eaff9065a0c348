#include "accounting/verify/transactions_verifier.h"

#include <algorithm>

#include "accounting/ledger/transaction_history.h"
#include "accounting/ledger/transaction_record.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

using Difference = std::optional<LedgerDifference>;

Difference differ(std::string what, std::string expected = {}, std::string found = {}) {
    return LedgerDifference{.what = std::move(what), .expected = std::move(expected), .found = std::move(found)};
}

Difference compare(const std::string& what, NanoUsdSum expected, NanoUsdSum found) {
    if (expected == found) return std::nullopt;
    return differ(what, to_string(expected), to_string(found));
}

std::string name_of(const Id128& organization, const Id128& transaction) {
    return "transaction " + to_ulid(transaction) + " of organization " + to_uuid(organization);
}

bool same_source(EntryKind kind, LotSource source) {
    switch (source) {
        case LotSource::purchase:
            return kind == EntryKind::purchase;
        case LotSource::transfer:
            return kind == EntryKind::transfer;
        case LotSource::adjustment:
            return kind == EntryKind::adjustment;
        case LotSource::refund:
            return kind == EntryKind::usage_refund;
        case LotSource::grant:
            return kind == EntryKind::grant;
    }
    return false;
}

// Each as the journal says, numbered in the order in which they came.
Difference check_lots(const Id128& organization, const std::vector<ReferenceLedger::Lot>& expected,
                      std::span<const CreditLot> stored) {
    std::uint64_t last = 0;
    for (const ReferenceLedger::Lot& lot : expected) {
        const auto found = std::ranges::find(stored, lot.transaction, &CreditLot::transaction);
        const std::string what = "balance checkpoint: lot of credit " + to_ulid(lot.transaction) + " of organization " +
                                 to_uuid(organization);
        if (found == stored.end()) return differ(what, std::to_string(lot.left), "none");
        if (Difference first = compare(what, lot.left, found->remaining.value)) return first;
        if (lot.amount != found->amount.value || lot.priority != found->priority ||
            lot.expires_ms != found->expires_ms || lot.created_ms != found->created_ms || found->sequence <= last ||
            !same_source(lot.kind, found->source)) {
            return differ(what + ": its amount, priority, source or times are others, or its place");
        }
        last = found->sequence;
    }
    return std::nullopt;
}

// Visits the history rows of all organizations until `visit` finds a difference.
template <class Visit>
Difference for_each_row(Store& store, const Visit& visit) {
    Difference first;
    const Status scanned = store.scan(Family::transactions, "", "", [&](std::string_view key, std::string_view value) {
        const auto ids = parse_history_key(key);
        if (!ids) return true;  // where a row has moved, or what was given back: see check_given_back
        const auto row = decode_history_row(Id128{ids->ulid}, value);
        first = row ? visit(Id128{ids->organization}, *row) : differ(row.error().message());
        return !first;
    });
    if (!first && !scanned.ok()) first = differ(scanned.message());
    return first;
}

}  // namespace

Difference TransactionsVerifier::announce_refunds(Store& store, ReferenceLedger& reference) {
    const Status scanned = store.scan(Family::transactions, kRefundedPrefix, prefix_end(kRefundedPrefix),
                                      [&](std::string_view key, std::string_view) {
                                          const auto ids = parse_refunded_key(key);
                                          if (ids) reference.expect_refunds_of(Id128{ids->ulid});
                                          return true;
                                      });
    return scanned.ok() ? std::nullopt : Difference(differ(scanned.message()));
}

void TransactionsVerifier::add(const LedgerEntry& entry) {
    if (entry.kind == EntryKind::usage) {
        charged_[entry.organization] += entry.moved(AccountKind::organization_available, entry.organization).value;
        return;
    }
    add_given_back(entry);
    // The row of a purchase is that of its beginning.
    const bool end_of_purchase = entry.kind == EntryKind::purchase && !entry.reference.is_nil();
    const Id128& transaction = end_of_purchase ? entry.reference : entry.event;
    const auto expect = [&](const Id128& organization, NanoUsd moved) {
        Row& row = rows_[{organization, transaction}];
        row.moved += moved.value;
        row.at_ms = entry.at_ms;
    };
    expect(entry.organization, {});
    for (const Leg& leg : entry.legs()) {
        if (leg.account == AccountKind::organization_available) expect(leg.owner, leg.amount);
    }
}

Difference TransactionsVerifier::check_checkpoint(Store& store, const CreditLots& stored,
                                                  const ReferenceLedger& reference) {
    std::map<Id128, NanoUsdSum> shown;
    Difference first = for_each_row(store, [&](const Id128& organization, const HistoryRow& row) -> Difference {
        if (row.kind == EntryKind::usage) shown[organization] += row.amount.value;
        return std::nullopt;
    });
    for (const auto& [organization, charged] : charged_) {
        if (first) return first;
        first = compare("history: usage of organization " + to_uuid(organization), charged, shown[organization]);
    }
    std::size_t expected = 0, found = 0;
    for (const auto& [organization, lots] : reference.lots()) {
        if (first) return first;
        first = check_lots(organization, lots, stored.of(organization));
        expected += lots.size();
    }
    if (first) return first;
    const Status scanned = store.scan(Family::balances, "", "", [&](std::string_view key, std::string_view) {
        found += parse_credit_lot_key(key) ? 1 : 0;
        return true;
    });
    if (!scanned.ok()) return differ(scanned.message());
    first = compare("balance checkpoint: lots of credit", static_cast<std::int64_t>(expected),
                    static_cast<std::int64_t>(found));
    return first;
}

Difference TransactionsVerifier::check_rows(Store& store) {
    if (Difference first = check_history(store)) return first;
    if (Difference first = check_records(store)) return first;
    if (Difference first = check_given_back(store)) return first;
    for (const auto& [name, row] : rows_) {
        if (!row.found) return differ(name_of(name.first, name.second) + ": not in the history");
    }
    for (const auto& [key, seen] : record_keys_) {
        if (!seen) return differ("an idempotency record is missing that a row of the history names");
    }
    return std::nullopt;
}

void TransactionsVerifier::add_given_back(const LedgerEntry& entry) {
    // A purchase that was paid at once is its own; of others the confirmation names it.
    const bool purchase_itself = entry.kind == EntryKind::purchase && entry.reference.is_nil();
    if (entry.reference.is_nil() && !purchase_itself) return;
    const RowName of{entry.organization, purchase_itself ? entry.event : entry.reference};
    const std::int64_t moved = entry.moved(AccountKind::organization_available, entry.organization).value;
    const std::int64_t paid = entry.moved(AccountKind::platform_cash, {}).value;
    switch (entry.kind) {
        case EntryKind::purchase:
            bought_[of] += moved;
            break;
        case EntryKind::usage_refund:
            given_back_[of] += moved;
            break;
        case EntryKind::payment_refund:
        case EntryKind::adjustment:  // a charge-back
            given_back_[of] += paid;
            paid_back_[of] += paid;
            break;
        default:
            break;
    }
}

Difference TransactionsVerifier::check_given_back(Store& store) const {
    for (const auto& [purchase, paid] : paid_back_) {
        const auto bought = bought_.find(purchase);
        const NanoUsdSum most = bought == bought_.end() ? 0 : bought->second;
        if (paid > most) {
            return differ(name_of(purchase.first, purchase.second) + ": more was paid back than was bought",
                          "up to " + to_string(most), to_string(paid));
        }
    }
    for (const auto& [of, expected] : given_back_) {
        const auto found = refunded_of(store, of.first, of.second);
        if (!found) return differ(found.error().message());
        const std::string what = "given back of " + to_ulid(of.second) + ", organization " + to_uuid(of.first);
        if (Difference first = compare(what, expected, found->value)) return first;
    }
    std::size_t rows = 0;
    const Status scanned = store.scan(Family::transactions, "", "", [&](std::string_view key, std::string_view) {
        rows += parse_history_key(key) || parse_moved_row_key(key) ? 0 : 1;
        return true;
    });
    if (!scanned.ok()) return differ(scanned.message());
    return compare("rows of what was given back", static_cast<std::int64_t>(given_back_.size()),
                   static_cast<std::int64_t>(rows));
}

Difference TransactionsVerifier::check_history(Store& store) {
    return for_each_row(store, [&](const Id128& organization, const HistoryRow& row) -> Difference {
        if (row.kind == EntryKind::usage) return std::nullopt;
        const auto by_transaction = find_transaction(store, organization, row.transaction);
        if (!by_transaction || by_transaction->place != row.place) {
            return differ(name_of(organization, row.transaction) + ": its row at " + to_ulid(row.place) +
                          " is not the one that is found by it");
        }
        if (row.record != KeyDigest{}) {
            record_keys_[std::string(row.record.bytes.begin(), row.record.bytes.end())] = false;
        }
        const auto found = rows_.find({organization, row.transaction});
        const bool nothing_moved = row.state != TransactionState::done;
        if (found == rows_.end()) {
            // An adjustment that found nothing to take has no entry.
            return compare(name_of(organization, row.transaction) + ": moved without an entry", 0, row.amount.value);
        }
        found->second.found = true;
        return compare("history: " + name_of(organization, row.transaction), found->second.moved,
                       nothing_moved ? 0 : row.amount.value);
    });
}

Difference TransactionsVerifier::check_records(Store& store) {
    Difference first;
    const Status scanned = store.scan(Family::idempotency, "", "", [&](std::string_view key, std::string_view value) {
        const auto record = decode_transaction_record(value);
        ++records_;
        if (!record) {
            first = differ(record.error().message());
            return false;
        }
        const std::string name = "idempotency record of transaction " + to_ulid(record->transaction);
        const auto row = find_transaction(store, record->organization, record->transaction);
        if (!row) first = differ(name + ": " + row.error().message());
        if (const auto known = record_keys_.find(std::string(key)); known != record_keys_.end()) known->second = true;
        return !first;
    });
    if (!first && !scanned.ok()) first = differ(scanned.message());
    return first;
}

}  // namespace tollgate
