// Reads requests back from the journal. Every usage block is checked against the hash in its money block.
#pragma once

#include <cstdint>
#include <functional>

#include "accounting/ids.h"
#include "accounting/ledger.h"
#include "store/journal.h"
#include "store/store.h"

namespace tollgate {

class JournalReader {
  public:
    explicit JournalReader(Store& store) : store_(store) {}

    // The number of the newest block, 0 if there is none.
    Result<std::uint64_t> last_block();
    // Visits the rows of one block until `visit` returns false. A block without usage, or whose usage has been dropped
    // at the end of its retention, has none. not_found if there is no such block.
    Status for_each_row(std::uint64_t block, const std::function<bool(const UsageRow&)>& visit);
    // not_found if no block up to `last` has it.
    Result<StoredRequest> find(const Id128& request, std::uint64_t last);

  private:
    Result<std::uint64_t> first_block_not_before(std::int64_t unix_ms, std::uint64_t last);

    Store& store_;
};

}  // namespace tollgate
