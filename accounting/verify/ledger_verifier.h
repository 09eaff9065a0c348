// Checks everything that a store keeps of the ledger, from the first block to the last, against the journal itself and
// the reference ledger: chain and hashes, usage rows against entries, index, balance checkpoint, transactions and their
// records, rollups by day and listings of usage.
// Reads only. Ends at the first difference.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "accounting/verify/reference_ledger.h"
#include "store/journal.h"
#include "store/store.h"

namespace tollgate {

struct VerifyReport {
    std::optional<LedgerDifference> difference;  // the first; figures below then are of what was seen until there
    std::uint64_t blocks = 0;
    std::uint64_t usage_blocks = 0, expired_usage_blocks = 0;
    std::uint64_t entries = 0, requests = 0;  // entries of the money journal, rows of usage
    std::uint64_t checkpoint_block = 0;       // that the balance checkpoint is true for
    std::uint64_t idempotency_records = 0;
    std::uint64_t indexed_block = 0;  // that listings and rollups are true for
    std::uint64_t rollups = 0;        // by day, that were compared
    std::uint64_t listed_requests = 0;
    std::int64_t first_commit_ms = 0, last_commit_ms = 0;  // Unix time
    BlockHash last_hash{};
    ReferenceLedger reference;
};

// `progress` is called after every block with its number and the last block's.
VerifyReport verify_ledger(Store& store,
                           const std::function<void(std::uint64_t block, std::uint64_t last)>& progress = {});

}  // namespace tollgate
