// tollgate ledger verify | balance: what they print, and what they check.
#pragma once

#include <optional>
#include <string>

#include "accounting/verify/ledger_verifier.h"
#include "gateway/tools/ledger_source.h"
#include "store/slot_file.h"

namespace tollgate {

// What is checked of a data directory, or of a checkpoint or backup, which is laid out like one.
struct DirectoryReport {
    VerifyReport ledger;
    std::optional<SlotSummary> slots;  // none: no slot file
    double seconds = 0;
    const std::optional<LedgerDifference>& difference() const { return ledger.difference; }
};
// Opens the store, replays the journal, looks at the slots and at every block of every file. Damage, also of a store
// that cannot be opened, is a difference; failures are what is no fault of the data (not_found, too_new, io). Progress
// goes to standard error, under the name `what`.
Result<DirectoryReport> verify_directory(const LedgerSource& source, const std::string& what);

// Prints a report for people, or as one JSON object. corrupt, with the difference in words, if there is one.
Status print_report(const DirectoryReport& report, bool running, bool as_json);

Status verify_command(const SourceOptions& options, bool as_json);

struct BalanceOptions {
    SourceOptions source;
    std::string organization;
    std::string at;  // parse_time(); empty: now
    bool as_json = false;
};
Status balance_command(const BalanceOptions& options);

}  // namespace tollgate
