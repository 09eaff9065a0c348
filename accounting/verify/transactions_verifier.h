// The part of `ledger verify` that is about transactions: lots of credit, people's history and idempotency records,
// each against the entries of the journal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "accounting/ledger/credit_lots.h"
#include "accounting/ledger/ledger_entry.h"
#include "accounting/verify/reference_ledger.h"
#include "store/store.h"

namespace tollgate {

class TransactionsVerifier {
  public:
    // Before the first entry: tells `reference` what the store says was refunded.
    static std::optional<LedgerDifference> announce_refunds(Store& store, ReferenceLedger& reference);
    // The journal's entries, in order.
    void add(const LedgerEntry& entry);
    // With the entries up to the checkpoint added here and to `reference`, of which `stored` are the lots: lots, and
    // history of usage.
    std::optional<LedgerDifference> check_checkpoint(Store& store, const CreditLots& stored,
                                                     const ReferenceLedger& reference);
    // With all entries added: history and idempotency records.
    std::optional<LedgerDifference> check_rows(Store& store);
    std::uint64_t idempotency_records() const { return records_; }

  private:
    using RowName = std::pair<Id128, Id128>;  // organization, transaction
    struct Row {
        NanoUsdSum moved = 0;
        std::int64_t at_ms = 0;
        bool found = false;
    };
    std::optional<LedgerDifference> check_history(Store& store);
    std::optional<LedgerDifference> check_records(Store& store);
    void add_given_back(const LedgerEntry& entry);
    std::optional<LedgerDifference> check_given_back(Store& store) const;

    std::map<Id128, NanoUsdSum> charged_;  // by organization
    std::map<RowName, Row> rows_;          // that the entries ask for
    // What was given back: of a request's charge, and of a purchase, of which no more can be than was bought.
    std::map<RowName, NanoUsdSum> given_back_, bought_, paid_back_;
    std::map<std::string, bool> record_keys_;  // of history rows, and whether the record was seen
    std::uint64_t records_ = 0;
};

}  // namespace tollgate
