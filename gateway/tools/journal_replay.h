// The journal read from its first block, for tools: constant memory, every block checked by its hash and its place.
#pragma once

#include <cstdint>
#include <functional>

#include "accounting/ledger/journal_reader.h"
#include "accounting/ledger/ledger_entry.h"
#include "gateway/tools/progress.h"

namespace tollgate {

// Visits every entry in order; a failure of `visit` ends it.
Status for_each_entry(Store& store, Progress& progress,
                      const std::function<Status(std::uint64_t block, const LedgerEntry& entry)>& visit);

// Visits every request whose detail is kept; `expired_blocks` counts the blocks some of whose detail has been dropped.
Status for_each_request(Store& store, Progress& progress, std::uint64_t& expired_blocks,
                        const std::function<Status(std::uint64_t block, const UsageRow& row)>& visit);

// invalid if the text is no UUID, not_found if there is no such organization.
Result<Id128> find_organization(Store& store, const std::string& text);

}  // namespace tollgate
