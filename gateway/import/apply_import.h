// Brings a plan into the accounts of a gateway that does not run. Keys are known by their digests and budgets by what
// was spent elsewhere: neither is anything that a caller of the API may say, so this is not done through it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/ledger/ledger.h"
#include "gateway/import/import_plan.h"

namespace tollgate {

struct ImportCounts {
    std::size_t users = 0, organizations = 0, projects = 0, members = 0, keys = 0;
    bool operator==(const ImportCounts&) const = default;
};

struct ImportOutcome {
    ImportCounts made, there_before;
    std::vector<std::string> problems;  // what could not be made, and why; it is left out
};

enum class ImportMode : bool { only_plan, apply };

// All in one change with one audit entry for each organization, by the actor "job:import <source>": wholly there or not
// at all. What was brought in before is neither made again nor changed, also where it was deleted here since.
Result<ImportOutcome> apply_import(Accounts& accounts, const ImportPlan& plan, ImportMode mode, std::int64_t now_ms);

// Gives each organization the credit of the plan, once.
Result<NanoUsd> grant_imported_credit(Accounts& accounts, Ledger& ledger, const ImportPlan& plan, std::int64_t now_ms);

// Where the accounts are not as the plan says; empty: they are. What was changed here since is among it.
Result<std::vector<std::string>> verify_import(Accounts& accounts, const ImportPlan& plan, std::int64_t now_ms);

}  // namespace tollgate
