// Reads requests back from the journal. Every usage block is checked against the hash in its money block.
#pragma once

#include <cstdint>
#include <functional>

#include "accounting/ledger/ledger.h"
#include "accounting/ledger/ledger_entry.h"
#include "accounting/money/ids.h"
#include "store/journal.h"
#include "store/store.h"

namespace tollgate {

// How many blocks after that of its time are searched for an id: a request is journaled when it ends. It bounds the
// search for ids that do not exist. At 40 blocks a second it covers more than an hour and a half.
inline constexpr std::uint64_t kMostBlocksSearched = 262'144;

// The first day (since 1970-01-01 UTC) whose usage of this class is kept; 0 if nothing has been dropped yet.
Result<std::uint64_t> retained_from_day(Store& store, std::uint8_t retention_class);

class JournalReader {
  public:
    explicit JournalReader(Store& store, std::uint64_t most_blocks_searched = kMostBlocksSearched)
        : store_(store), most_blocks_searched_(most_blocks_searched) {}

    // The number of the newest block, 0 if there is none.
    Result<std::uint64_t> last_block();
    // Visits the rows of one block until `visit` returns false. expired, after the rows that are still there, if usage
    // of the block has been dropped at the end of its retention; corrupt if it is missing without that. not_found if
    // there is no such block.
    Status for_each_row(std::uint64_t block, const std::function<bool(const UsageRow&)>& visit);
    // not_found if no block up to `last` has it, or none of the kMostBlocksSearched from the id's time on; expired if
    // it may have been in a block whose usage has been dropped.
    Result<StoredRequest> find(const Id128& request, std::uint64_t last);
    // The first block that may hold a request whose id has this time; last + 1 if there is none.
    Result<std::uint64_t> first_block_not_before(std::int64_t unix_ms, std::uint64_t last);
    // What a request was charged, by the money journal, which keeps it for ever. not_found as for find(), and if the
    // request moved no money.
    Result<LedgerEntry> find_usage(const Id128& request, std::uint64_t last);

  private:
    // The blocks whose range of ids has the request's.
    Status for_each_candidate(const Id128& request, std::uint64_t last,
                              const std::function<bool(std::uint64_t block)>& visit);
    Status read_part(std::uint64_t block, const UsagePart& part, const std::function<bool(const UsageRow&)>& visit,
                     bool& more);

    Store& store_;
    const std::uint64_t most_blocks_searched_;
};

}  // namespace tollgate
