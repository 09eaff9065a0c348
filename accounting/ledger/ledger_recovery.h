// What a ledger does before it opens: balances from the checkpoint and the journal above it, then what the slot file
// still holds. Safe to be killed at any point and begun again: the outcome is the same.
#pragma once

#include <cstdint>

#include "accounting/ledger/block_writer.h"
#include "accounting/ledger/ledger.h"

namespace tollgate {

struct Recovered {
    std::uint64_t settled = 0;              // slots that were settled but not in the journal
    std::uint64_t open = 0;                 // slots that were open, settled now
    std::uint64_t blocks = 0, entries = 0;  // committed by recovery
};

// `balances` must be empty. Afterwards `writer` stands at the journal's end and every slot is free; `credits` is not
// touched.
Result<Recovered> recover(Store& store, SlotFile& slots, JournaledBalances& balances, BlockWriter& writer,
                          const LedgerOptions& options, std::int64_t now_ms);

}  // namespace tollgate
