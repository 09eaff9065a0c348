#include "accounting/ledger/transactions.h"

#include <algorithm>
#include <optional>

#include "accounting/ledger/journal_reader.h"
#include "accounting/ledger/transaction_record.h"
#include "store/key_space.h"

namespace tollgate {

// A transaction on its way into the block.
struct Transactions::Draft {
    LedgerEntry entry;  // without legs: nothing moves
    HistoryRow row;     // of the organization
    std::optional<HistoryRow> counterparty_row;
    std::vector<Incoming> incoming;
    NanoUsd taken;                    // from the organization's credit; given back if the draft is not booked
    std::optional<NanoUsd> refunded;  // of entry.reference, in all
    bool booked_before = false;       // the state says so, without an idempotency key
};

NanoUsd Transactions::in_flight(const Id128& organization) const {
    const auto snapshot = credits_.organization(organization).snapshot();
    return balances_.balance(organization) - (snapshot.balance() - snapshot.held);
}

// Charges that wait for their block.
NanoUsd Transactions::not_journaled(const Id128& organization) const {
    return balances_.balance(organization) - credits_.organization(organization).snapshot().balance();
}

NanoUsd Transactions::take(Draft& draft, NanoUsd most) {
    const NanoUsd taken = credits_.organization(draft.entry.organization).take_back(most);
    draft.taken += taken;
    return taken;
}

Status Transactions::room_for(const Id128& organization, NanoUsd amount) const {
    if (amount > kMostCredit - balances_.granted(organization)) {
        return {StatusCode::full, "the organization's credit would be above " + to_usd(kMostCredit) +
                                      " USD in all, the most there may be"};
    }
    if (balances_.lots().of(organization).size() >= kMaxLotsPerOrganization) {
        return {StatusCode::full, "the organization has " + std::to_string(kMaxLotsPerOrganization) +
                                      " lots of credit that are not used up, the most there may be"};
    }
    return {};
}

Result<TransactionResult> Transactions::answer(const Id128& organization, const Id128& transaction) {
    const auto row = find_transaction(store_, organization, transaction);
    if (!row) return std::unexpected(row.error());
    return TransactionResult{transaction, true, row->amount, row->balance_after};
}

Result<std::optional<TransactionResult>> Transactions::answer_before(const TransactionRequest& request,
                                                                     const std::string& key) {
    const auto known = store_.get(Family::idempotency, key);
    if (!known) {
        if (known.error().code() == StatusCode::not_found) return std::nullopt;
        return std::unexpected(known.error());
    }
    const auto decoded = decode_transaction_record(*known);
    if (!decoded) return std::unexpected(decoded.error());
    const TransactionRecord& record = *decoded;
    if (record.content == content_of(request)) {
        auto before = answer(request.organization, record.transaction);
        if (!before) return std::unexpected(before.error());
        return *before;
    }
    return std::unexpected(
        refused(request.kind, "this idempotency key was used for another transaction, " + to_ulid(record.transaction),
                StatusCode::already_exists));
}

Result<TransactionResult> Transactions::add(const TransactionRequest& request, const Id128& id, std::int64_t now_ms) {
    const std::string key = request.idempotency_key.empty() ? std::string() : record_key(request);
    if (!key.empty()) {
        const auto found = answer_before(request, key);
        if (!found) return std::unexpected(found.error());
        if (const std::optional<TransactionResult>& before = *found) return *before;
    }
    if (request.require) {
        if (Status status = request.require(); !status.ok()) return std::unexpected(std::move(status));
    }
    Draft draft;
    draft.entry.kind = draft.row.kind = entry_kind(request.kind);
    draft.entry.event = draft.row.transaction = draft.row.place = id;
    draft.entry.at_ms = draft.row.at_ms = draft.row.created_ms = now_ms;
    draft.entry.organization = request.organization;
    draft.entry.reference = draft.row.reference = request.reference;
    draft.row.asked = request.amount;
    draft.row.note = request.note;
    draft.row.actor = request.actor;
    if (!key.empty()) std::copy(key.begin(), key.end(), draft.row.record.bytes.begin());
    Status status = this->draft(request, draft);
    if (status.ok() && draft.booked_before) return answer(request.organization, request.reference);
    if (status.ok()) status = book(draft);
    if (!status.ok()) {
        credits_.organization(request.organization).grant(draft.taken);
        return std::unexpected(status);
    }
    if (!key.empty()) {
        writer_.batch().put(Family::idempotency, key, encode_transaction_record(draft.row.transaction, request));
    }
    if (request.beside) request.beside(draft.row.transaction, draft.row.amount, writer_.batch());
    return TransactionResult{draft.row.transaction, false, draft.row.amount, balances_.balance(request.organization)};
}

Status Transactions::draft(const TransactionRequest& request, Draft& draft) {
    switch (request.kind) {
        case TransactionKind::purchase:
            return draft_purchase(request, draft);
        case TransactionKind::confirm_purchase:
        case TransactionKind::cancel_purchase:
            return draft_end_of_purchase(request, draft);
        case TransactionKind::usage_refund:
            return draft_usage_refund(request, draft);
        case TransactionKind::payment_refund:
            return draft_payment_refund(request, draft);
        case TransactionKind::transfer:
            return draft_transfer(request, draft);
        case TransactionKind::adjustment:
            return draft_adjustment(request, draft);
        case TransactionKind::charge_back:
            return draft_charge_back(request, draft);
        case TransactionKind::grant:
        case TransactionKind::expiry:
            break;
    }
    const bool expired = request.expires_ms != 0 && request.expires_ms <= draft.entry.at_ms;
    if (expired)
        return refused(request.kind, "it would have expired already");  // a repetition is answered all the same
    if (Status status = room_for(request.organization, request.amount); !status.ok()) return status;
    draft.entry.priority = draft.row.priority = request.priority;
    draft.entry.expires_ms = draft.row.expires_ms = request.expires_ms;
    draft.entry.add_leg(AccountKind::organization_available, request.organization, request.amount);
    draft.entry.add_leg(AccountKind::platform_grants, {}, -request.amount);
    draft.row.amount = request.amount;
    draft.incoming.push_back({request.organization, request.amount, {}});
    return {};
}

Status Transactions::draft_purchase(const TransactionRequest& request, Draft& draft) {
    if (request.paid) {
        if (Status status = room_for(request.organization, request.amount); !status.ok()) return status;
        draft.incoming.push_back({request.organization, request.amount, {}});
        draft.row.confirmed_by = request.actor;
    } else {
        draft.row.state = TransactionState::pending;
    }
    const AccountKind to = request.paid ? AccountKind::organization_available : AccountKind::organization_pending;
    draft.entry.add_leg(to, request.organization, request.amount);
    draft.entry.add_leg(AccountKind::platform_cash, {}, -request.amount);
    draft.row.amount = request.amount;
    return {};
}

Status Transactions::draft_end_of_purchase(const TransactionRequest& request, Draft& draft) {
    const bool confirm = request.kind == TransactionKind::confirm_purchase;
    const TransactionState wanted = confirm ? TransactionState::done : TransactionState::cancelled;
    const auto purchase = find_transaction(store_, request.organization, request.reference);
    if (!purchase) return purchase.error();
    if (purchase->kind != EntryKind::purchase) {
        return refused(request.kind, to_ulid(request.reference) + " is no purchase", StatusCode::not_found);
    }
    if (purchase->state == wanted) {
        draft.booked_before = true;
        return {};
    }
    if (purchase->state != TransactionState::pending) {
        return refused(request.kind, "the purchase was " + std::string(confirm ? "cancelled" : "confirmed") + " before",
                       StatusCode::already_exists);
    }
    const NanoUsd amount = purchase->amount;
    if (confirm) {
        if (Status status = room_for(request.organization, amount); !status.ok()) return status;
        draft.incoming.push_back({request.organization, amount, {}});
    }
    draft.entry.add_leg(AccountKind::organization_pending, request.organization, -amount);
    if (confirm) {
        draft.entry.add_leg(AccountKind::organization_available, request.organization, amount);
    } else {
        draft.entry.add_leg(AccountKind::platform_cash, {}, amount);
    }
    const std::string note = request.note;
    const std::int64_t now_ms = draft.row.at_ms;
    draft.row = *purchase;
    draft.row.state = wanted;
    if (confirm) {  // only now the credit moves
        draft.row.place = draft.entry.event;
        draft.row.at_ms = now_ms;
        draft.row.confirmed_by = request.actor;
    }
    if (!note.empty()) draft.row.note = note;
    return {};
}

Status Transactions::draft_usage_refund(const TransactionRequest& request, Draft& draft) {
    const auto usage = JournalReader(store_).find_usage(request.reference, writer_.end().block);
    if (!usage) return usage.error();
    if (usage->organization != request.organization) {
        return refused(request.kind, "request " + to_ulid(request.reference) + " is not known in this organization",
                       StatusCode::not_found);
    }
    const auto refunded = refunded_of(store_, request.organization, request.reference);
    if (!refunded) return refunded.error();
    const NanoUsd charged = -usage->moved(AccountKind::organization_available, request.organization);
    const NanoUsd left = charged - *refunded;
    const NanoUsd amount = request.amount == NanoUsd{} ? left : request.amount;
    if (amount > left || amount == NanoUsd{}) {
        return refused(request.kind, "of the " + to_usd(charged) + " USD that the request was charged, " +
                                         to_usd(left) + " USD are left to refund");
    }
    if (Status status = room_for(request.organization, {}); !status.ok()) return status;
    draft.entry.project = draft.row.project = usage->project;
    draft.entry.member = usage->member;
    draft.entry.key = usage->key;
    draft.entry.add_leg(AccountKind::organization_available, request.organization, amount);
    draft.entry.add_leg(AccountKind::platform_revenue, {}, -amount);
    draft.row.amount = amount;
    draft.refunded = *refunded + amount;
    draft.incoming.push_back({request.organization, {}, amount});
    return {};
}

Result<HistoryRow> Transactions::confirmed_purchase(const TransactionRequest& request) {
    auto purchase = find_transaction(store_, request.organization, request.reference);
    if (purchase && (purchase->kind != EntryKind::purchase || purchase->state != TransactionState::done)) {
        return std::unexpected(refused(request.kind, to_ulid(request.reference) + " is no confirmed purchase"));
    }
    return purchase;
}

Status Transactions::draft_payment_refund(const TransactionRequest& request, Draft& draft) {
    const auto purchase = confirmed_purchase(request);
    if (!purchase) return purchase.error();
    const auto refunded = refunded_of(store_, request.organization, request.reference);
    if (!refunded) return refunded.error();
    const NanoUsd spare =
        balances_.lots().spare(request.organization, request.reference, in_flight(request.organization));
    const NanoUsd left = std::min(spare, purchase->amount - *refunded);  // charged back while it was held: spent twice
    const NanoUsd amount = request.amount == NanoUsd{} ? left : request.amount;
    if (amount > left || amount == NanoUsd{} || take(draft, amount) != amount) {
        return refused(request.kind, "of the purchase " + to_usd(left) + " USD are left that no request holds");
    }
    draft.entry.add_leg(AccountKind::organization_available, request.organization, -amount);
    draft.entry.add_leg(AccountKind::platform_cash, {}, amount);
    draft.row.amount = -amount;
    draft.refunded = *refunded + amount;
    return {};
}

Status Transactions::draft_transfer(const TransactionRequest& request, Draft& draft) {
    if (Status status = room_for(request.counterparty, request.amount); !status.ok()) return status;
    const NanoUsd left = balances_.lots().spare_purchased(request.organization, in_flight(request.organization));
    if (request.amount > left || take(draft, request.amount) != request.amount) {
        return refused(request.kind,
                       "only purchased credit can be transferred; " + to_usd(left) + " USD of it are not used or held");
    }
    draft.entry.add_leg(AccountKind::organization_available, request.organization, -request.amount);
    draft.entry.add_leg(AccountKind::organization_available, request.counterparty, request.amount);
    draft.row.amount = -request.amount;
    draft.row.counterparty = request.counterparty;
    draft.counterparty_row = draft.row;
    draft.counterparty_row->amount = draft.counterparty_row->asked = request.amount;
    draft.counterparty_row->counterparty = request.organization;
    draft.incoming.push_back({request.counterparty, request.amount, {}});
    return {};
}

Status Transactions::draft_adjustment(const TransactionRequest& request, Draft& draft) {
    NanoUsd amount = request.amount;
    if (amount > NanoUsd{}) {
        if (Status status = room_for(request.organization, amount); !status.ok()) return status;
        draft.incoming.push_back({request.organization, amount, {}});
    } else {
        amount = -take(draft, -amount);
    }
    draft.entry.reference = draft.row.reference = {};
    draft.entry.add_leg(AccountKind::organization_available, request.organization, amount);
    draft.entry.add_leg(AccountKind::platform_adjustments, {}, -amount);
    draft.row.amount = amount;
    return {};
}

Status Transactions::draft_charge_back(const TransactionRequest& request, Draft& draft) {
    const auto purchase = confirmed_purchase(request);
    if (!purchase) return purchase.error();
    const auto refunded = refunded_of(store_, request.organization, request.reference);
    if (!refunded) return refunded.error();
    const NanoUsd left = purchase->amount - *refunded;
    if (request.amount > left)
        return refused(request.kind, "of the purchase " + to_usd(left) + " USD are not paid back yet");
    const NanoUsd taken = take(draft, request.amount);
    draft.entry.add_leg(AccountKind::organization_available, request.organization, -taken);
    draft.entry.add_leg(AccountKind::platform_losses, {}, taken - request.amount);
    draft.entry.add_leg(AccountKind::platform_cash, {}, request.amount);
    draft.row.amount = -taken;
    draft.row.asked = -request.amount;
    draft.refunded = *refunded + request.amount;
    return {};
}

Status Transactions::book(Draft& draft) {
    const Id128& organization = draft.entry.organization;
    if (draft.entry.leg_count > 0) {
        if (Status status = writer_.add_entry(draft.entry); !status.ok()) return status;
    }
    const auto put = [&](const Id128& of, HistoryRow& row) {
        if (row.state != TransactionState::cancelled) {  // it stays where it was asked for
            row.balance_after = balances_.balance(of);
            row.journal_position = balances_.position();
        }
        put_history_row(of, row, writer_.batch());
    };
    put(organization, draft.row);
    if (draft.counterparty_row) put(draft.row.counterparty, *draft.counterparty_row);
    if (draft.refunded) {
        writer_.batch().put(Family::transactions, refunded_key(organization.bytes, draft.entry.reference.bytes),
                            encode_refunded(*draft.refunded));
    }
    incoming_.insert(incoming_.end(), draft.incoming.begin(), draft.incoming.end());
    return {};
}

Result<std::size_t> Transactions::add_expiries(const std::function<Id128()>& id, std::int64_t now_ms) {
    std::size_t added = 0;
    const std::vector<Id128> owners = balances_.lots().owners_of_expired(now_ms);
    for (const Id128& organization : expiring_) {  // used up, or the clock went back
        if (!std::ranges::binary_search(owners, organization)) credits_.organization(organization).set_expired_left({});
    }
    expiring_ = owners;
    for (const Id128& organization : owners) {
        const auto more = expire_lots_of(organization, id, now_ms, kMaxExpiriesPerBlock - added);
        if (!more) return more;
        added += *more;
    }
    return added;
}

Result<std::size_t> Transactions::expire_lots_of(const Id128& organization, const std::function<Id128()>& id,
                                                 std::int64_t now_ms, std::size_t most) {
    std::vector<CreditLot> expired;
    std::int64_t last_ms = 0;
    for (const CreditLot& lot : balances_.lots().of(organization)) {
        if (!lot.expired(now_ms)) continue;
        expired.push_back(lot);
        last_ms = std::max(last_ms, lot.expires_ms);
    }
    OrganizationCredit& credit = credits_.organization(organization);
    const NanoUsd promised = credit.freeze_expired(last_ms, now_ms);
    std::size_t added = 0;
    NanoUsd left;
    for (const CreditLot& lot : expired) {
        const NanoUsd burned = promised + not_journaled(organization);
        const NanoUsd spare = balances_.lots().spare(organization, lot.transaction, burned);
        const NanoUsd taken = added < most ? credit.take_expired(spare) : NanoUsd{};
        left += lot.remaining - taken;
        if (taken == NanoUsd{}) continue;
        if (Status status = expire(lot, organization, taken, id(), now_ms); !status.ok())
            return std::unexpected(status);
        ++added;
    }
    credit.set_expired_left(std::max(left - not_journaled(organization), NanoUsd{}));
    return added;
}

Status Transactions::expire(const CreditLot& lot, const Id128& organization, NanoUsd amount, const Id128& id,
                            std::int64_t now_ms) {
    Draft draft;
    draft.entry.kind = draft.row.kind = EntryKind::expiry;
    draft.entry.event = draft.row.transaction = draft.row.place = id;
    draft.entry.at_ms = draft.row.at_ms = draft.row.created_ms = now_ms;
    draft.entry.organization = organization;
    draft.entry.reference = draft.row.reference = lot.transaction;
    draft.entry.add_leg(AccountKind::organization_available, organization, -amount);
    draft.entry.add_leg(AccountKind::platform_grants, {}, amount);
    draft.row.amount = draft.row.asked = -amount;
    return book(draft);
}

void Transactions::committed() {
    for (const Incoming& incoming : incoming_) {
        OrganizationCredit& credit = credits_.organization(incoming.organization);
        if (incoming.granted != NanoUsd{}) credit.grant(incoming.granted);
        if (incoming.refunded != NanoUsd{}) credit.refund_usage(incoming.refunded);
    }
    incoming_.clear();
}

}  // namespace tollgate
