// Everything that moves an organization's credit apart from usage: checked, made into one entry of the journal, with
// its row of the history and its idempotency record in the same batch. Entries are immutable; a correction is a new
// one.
//
// An idempotency key belongs to the organization and the scope that the request names. The same key with the same
// content returns the first result; with other content it fails with already_exists. Notes and actors do not count as
// content.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/credit/credit.h"
#include "accounting/ledger/block_writer.h"
#include "accounting/ledger/journaled_balances.h"
#include "accounting/ledger/transaction_history.h"
#include "accounting/ledger/transaction_request.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

inline constexpr std::size_t kMaxExpiriesPerBlock = 256;

struct TransactionResult {
    Id128 transaction;      // ULID; of a purchase's confirmation or cancellation the purchase's
    bool repeated = false;  // it had been booked before: nothing was booked now
    NanoUsd moved;          // as the organization sees it; of a purchase what it is about
    NanoUsd balance_after;  // as journaled
};

// Used by the journal writer's thread, with all that was settled committed and the block empty.
class Transactions {
  public:
    Transactions(Store& store, CreditTable& credits, JournaledBalances& balances, BlockWriter& writer)
        : store_(store), credits_(credits), balances_(balances), writer_(writer) {}

    // Adds the entry and its rows to the block, unless it fails or returns `repeated`. Credit that is taken is gone
    // from `credits` immediately; credit that is given is there after committed(). `id` is for the transaction.
    Result<TransactionResult> add(const TransactionRequest& request, const Id128& id, std::int64_t now_ms);
    // Adds entries for credit that has expired and returns how many, at most kMaxExpiriesPerBlock. `id` makes their
    // ids. What requests held when it expired is left to them. Requests admitted later cannot use it. What those
    // requests leave expires when they end.
    Result<std::size_t> add_expiries(const std::function<Id128()>& id, std::int64_t now_ms);
    // The block is committed: its credit may be spent.
    void committed();

  private:
    struct Draft;
    Status draft(const TransactionRequest& request, Draft& draft);
    Status draft_purchase(const TransactionRequest& request, Draft& draft);
    Status draft_end_of_purchase(const TransactionRequest& request, Draft& draft);
    Status draft_usage_refund(const TransactionRequest& request, Draft& draft);
    Status draft_payment_refund(const TransactionRequest& request, Draft& draft);
    Status draft_transfer(const TransactionRequest& request, Draft& draft);
    Status draft_adjustment(const TransactionRequest& request, Draft& draft);
    Status draft_charge_back(const TransactionRequest& request, Draft& draft);
    Result<HistoryRow> confirmed_purchase(const TransactionRequest& request);
    Status book(Draft& draft);
    Result<TransactionResult> answer(const Id128& organization, const Id128& transaction);
    Result<std::optional<TransactionResult>> answer_before(const TransactionRequest& request, const std::string& key);
    Result<std::size_t> expire_lots_of(const Id128& organization, const std::function<Id128()>& id, std::int64_t now_ms,
                                       std::size_t most);
    Status expire(const CreditLot& lot, const Id128& organization, NanoUsd amount, const Id128& id,
                  std::int64_t now_ms);

    NanoUsd in_flight(const Id128& organization) const;
    NanoUsd not_journaled(const Id128& organization) const;
    NanoUsd take(Draft& draft, NanoUsd most);
    Status room_for(const Id128& organization, NanoUsd amount) const;

    struct Incoming {
        Id128 organization;
        NanoUsd granted, refunded;
    };

    Store& store_;
    CreditTable& credits_;
    JournaledBalances& balances_;
    BlockWriter& writer_;
    std::vector<Incoming> incoming_;  // waits for the commit
    std::vector<Id128> expiring_;     // organizations with expired credit that is promised
};

}  // namespace tollgate
