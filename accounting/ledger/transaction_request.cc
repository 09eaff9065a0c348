#include "accounting/ledger/transaction_request.h"

#include "accounting/ledger/transaction_history.h"

namespace tollgate {

std::string_view name_of(TransactionKind kind) {
    switch (kind) {
        case TransactionKind::purchase:
            return "purchase";
        case TransactionKind::confirm_purchase:
            return "confirm";
        case TransactionKind::cancel_purchase:
            return "cancel";
        case TransactionKind::grant:
            return "grant";
        case TransactionKind::usage_refund:
            return "usage refund";
        case TransactionKind::payment_refund:
            return "payment refund";
        case TransactionKind::transfer:
            return "transfer";
        case TransactionKind::adjustment:
            return "adjustment";
        case TransactionKind::charge_back:
            return "charge-back";
        case TransactionKind::expiry:
            return "expiry";
    }
    return "transaction";
}

EntryKind entry_kind(TransactionKind kind) {
    switch (kind) {
        case TransactionKind::grant:
            return EntryKind::grant;
        case TransactionKind::usage_refund:
            return EntryKind::usage_refund;
        case TransactionKind::payment_refund:
            return EntryKind::payment_refund;
        case TransactionKind::transfer:
            return EntryKind::transfer;
        case TransactionKind::adjustment:
        case TransactionKind::charge_back:
            return EntryKind::adjustment;
        case TransactionKind::expiry:
            return EntryKind::expiry;
        default:
            return EntryKind::purchase;
    }
}

Status refused(TransactionKind kind, const std::string& why, StatusCode code) {
    return {code, std::string(name_of(kind)) + ": " + why};
}

Status check(const TransactionRequest& request) {
    using enum TransactionKind;
    const auto refuse = [&](const std::string& why) { return refused(request.kind, why); };
    const bool about_purchase = request.kind == confirm_purchase || request.kind == cancel_purchase;
    const bool refund = request.kind == usage_refund || request.kind == payment_refund;
    const bool refers = about_purchase || refund || request.kind == charge_back;
    if (request.kind == expiry) return refuse("is booked by the ledger itself");
    if (request.kind == adjustment) {
        if (request.amount == NanoUsd{}) return refuse("the amount is zero");
    } else if (!about_purchase && (request.amount < NanoUsd{} || (request.amount == NanoUsd{} && !refund))) {
        return refuse("the amount is not above zero");
    }
    if (request.amount > kMostAmount || request.amount < -kMostAmount) {
        return refuse("the amount is above " + to_usd(kMostAmount) + " USD, the most of one transaction");
    }
    if (refers && request.reference.is_nil()) return refuse("it does not say of what");
    if (request.kind == transfer && (request.counterparty.is_nil() || request.counterparty == request.organization)) {
        return refuse("it needs another organization to go to");
    }
    if (request.priority < 0 || request.priority > kMaxLotPriority) {
        return refuse("the priority is not within 0 and " + std::to_string(kMaxLotPriority));
    }
    if (request.paid && request.kind != purchase) return refuse("only purchases are paid");
    if (request.expires_ms != 0 && request.kind != grant) return refuse("only grants expire");
    if (request.idempotency_key.size() > kIdempotencyKeyBytes) {
        return refuse("the idempotency key is longer than " + std::to_string(kIdempotencyKeyBytes) + " bytes");
    }
    if (request.note.size() > kTransactionNoteBytes) {
        return refuse("the note is longer than " + std::to_string(kTransactionNoteBytes) + " bytes");
    }
    return {};
}

}  // namespace tollgate
