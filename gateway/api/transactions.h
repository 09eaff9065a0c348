// What moves an organization's credit apart from usage, and the list of all that did.
#pragma once

#include <array>
#include <functional>

#include "accounting/ledger/transaction_history.h"
#include "accounting/ledger/transaction_request.h"
#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

ApiAnswer add_credit(Call& call);
ApiAnswer begin_purchase(Call& call);
ApiAnswer confirm_purchase(Call& call);
ApiAnswer cancel_purchase(Call& call);
ApiAnswer refund(Call& call);
ApiAnswer transfer(Call& call);
ApiAnswer adjust(Call& call);
ApiAnswer charge_back(Call& call);
ApiAnswer list_transactions(Call& call);
ApiAnswer list_purchases(Call& call);

// Books it with its audit entry, and with the documents that `put` adds to the change for its id, in one commit; a
// transfer has an entry in both organizations.
Result<TransactionResult> transact(Ledger& ledger, Change& change, TransactionRequest& transaction,
                                   const std::function<void(const Id128& transaction)>& put = {});
// Takes all credit that the organization has left, and returns how much. What requests hold just now is left to them.
// Its audit entry is that of the change which the caller is making: book it before the commit, for a call that fails
// between the two can be repeated, and forfeited credit that nobody booked would stay in the books for ever.
Result<NanoUsd> forfeit(Call& call, const Id128& organization, std::string note);
// Of a movement that an earlier call had booked; the first one's is 201.
inline constexpr int kStatusOfRepeat = 200;
// In the form of kBooked.
ApiAnswer booked_answer(const Call& call, const TransactionResult& result);
// Of the field "amount", above zero; it has failed if it is anything else.
NanoUsd positive_amount(BodyFields& fields);

inline constexpr Field kAmountField = fields::usd("amount").required().note("More than 0, at most nine decimals");
inline constexpr Field kNoteField = fields::text("note").from(0, kTransactionNoteBytes).or_null();

inline constexpr std::array kGrantFields = {
    kAmountField, fields::integer("priority").from(0, kMaxLotPriority).or_null().note("Lower is spent first"),
    fields::time("expires_at").or_null().note("In the future; null: never"), kNoteField};
inline constexpr Schema kGrantBody{"Grant", kGrantFields};
inline constexpr std::array kAmountFields = {kAmountField, kNoteField};
inline constexpr Schema kAmountBody{"Purchase", kAmountFields};
inline constexpr std::array kNoteFields = {kNoteField};
inline constexpr Schema kNoteBody{"EndOfPurchase", kNoteFields};
inline constexpr std::array kRefundFields = {
    fields::text("request_id").note("Of the request to refund; either this or purchase_id"),
    fields::text("purchase_id"), fields::usd("amount").note("Absent: all that is left to refund"), kNoteField};
inline constexpr Schema kRefundBody{"Refund", kRefundFields};
inline constexpr std::array kTransferFields = {fields::uuid("to").required().note("An organization"), kAmountField,
                                               kNoteField};
inline constexpr Schema kTransferBody{"Transfer", kTransferFields};
inline constexpr std::array kAdjustmentFields = {fields::usd("amount").required().note("Not 0, at most nine decimals"),
                                                 kNoteField};
inline constexpr Schema kAdjustmentBody{"Adjustment", kAdjustmentFields};
inline constexpr std::array kChargeBackFields = {fields::text("purchase_id").required(), kAmountField, kNoteField};
inline constexpr Schema kChargeBackBody{"ChargeBack", kChargeBackFields};

inline constexpr std::array kBookedFields = {
    fields::text("transaction_id"), fields::usd("amount").note("What was moved"), fields::usd("balance"),
    fields::flag("repeated").note("Whether the Idempotency-Key had been seen: nothing was booked now")};
inline constexpr Schema kBooked{"Booked", kBookedFields};

inline constexpr std::array kPurchasesQueryFields = {
    kPageLimit,
    kPageCursor,
    fields::text("state").one_of("done|pending|cancelled"),
    fields::text("actor").note("root, user: or key: and an id"),
    kFromField,
    kToField,
    kFormatField,
};
inline constexpr Schema kPurchasesQuery{"PurchasesQuery", kPurchasesQueryFields};
inline constexpr std::array kTransactionKindField = {fields::text("kind")};
inline constexpr auto kTransactionsQueryFields = joined(kPurchasesQueryFields, kTransactionKindField);
inline constexpr Schema kTransactionsQuery{"TransactionsQuery", kTransactionsQueryFields};
inline constexpr std::array kTransactionFields = {
    fields::text("id"),
    fields::text("kind"),
    fields::text("state").one_of("done|pending|cancelled"),
    fields::usd("amount"),
    fields::usd("asked").maybe().note("If less could be taken"),
    fields::usd("balance"),
    fields::text("reference").or_null(),
    fields::uuid("counterparty").or_null(),
    fields::uuid("project_id").or_null(),
    fields::text("date").maybe().note("Of a day's usage"),
    fields::integer("requests").maybe().note("Of a day's usage"),
    fields::integer("priority").maybe(),
    fields::time("expires_at").or_null().maybe(),
    fields::text("actor").or_null().maybe(),
    fields::text("actor_name").or_null().maybe().note("If that is a person"),
    fields::text("note").or_null().maybe(),
    fields::time("created_at").or_null(),
    fields::time("confirmed_at").or_null().maybe().note("Of a purchase: when its credit moved"),
    fields::text("confirmed_by").or_null().maybe(),
    fields::text("confirmed_by_name").or_null().maybe().note("If that is a person"),
};
inline constexpr Schema kTransaction{"Transaction", kTransactionFields};
inline constexpr std::array kTransactionPageFields = {fields::list("data", kTransaction), kNextCursor};
inline constexpr Schema kTransactionPage{"TransactionPage", kTransactionPageFields};

}  // namespace tollgate
