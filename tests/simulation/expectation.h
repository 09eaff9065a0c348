// What a transaction must do, from the journal and what is held: told before the ledger is asked.
#pragma once

#include "accounting/ledger/transactions.h"
#include "tests/simulation/world.h"

namespace tollgate::simulation {

struct Expectation {
    bool may_succeed = true, may_fail = false;  // both: what has expired, and for whom, decides
    bool repeated = false;                      // its purchase is in that state already
    Range moved;                                // of the organization's credit
    NanoUsd answer_about;                       // of a purchase: the amount that the answer names
};

// With everything settled in the journal, and the ledger writable.
Expectation expect(World& world, const TransactionRequest& request);

EntryKind entry_kind_of(TransactionKind kind);
bool ends_purchase(TransactionKind kind);

}  // namespace tollgate::simulation
