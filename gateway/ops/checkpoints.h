// Copies of the data for tools, made while the gateway runs: database and slot file of one moment, in
// <data directory>/checkpoints/<ULID>. The tool that asked for one removes it. What a killed tool has left goes when it
// is too old, or at the next start.
#pragma once

#include <string>
#include <vector>

#include "accounting/ledger/ledger.h"
#include "accounting/money/ids.h"
#include "store/rocks_store.h"
#include "store/slot_file.h"

namespace tollgate {

class Checkpoints {
  public:
    // At once. They cost no room at first, but keep what the database would delete.
    static constexpr std::size_t kMost = 4;

    // All must outlive it. Removes the checkpoints of an earlier process.
    Checkpoints(RocksStore& store, SlotFile& slots, Ledger& ledger, const std::string& data_directory,
                std::int64_t max_age_ms);

    // The new checkpoint's id. full: there are kMost. API thread; blocks, and the journal's writer waits meanwhile.
    Result<std::string> make(std::int64_t now_ms);
    // Removes those that are older than they may be, and what is no checkpoint; their names. API thread; blocks.
    std::vector<std::string> remove_expired(std::int64_t now_ms);

  private:
    RocksStore& store_;
    SlotFile& slots_;
    Ledger& ledger_;
    const std::string directory_;
    const std::int64_t max_age_ms_;
    UlidGenerator ids_;
};

}  // namespace tollgate
