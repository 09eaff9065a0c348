// Allowances: credit that the operator gives an organization anew in each day, week or month (UTC); what is left of it
// expires with the window. A window gets it once, whatever happens. They are documents alone, not in the directory: the
// ledger stores in its own batch that a window was granted, with the grant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"
#include "accounting/money/limits.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kAllowanceNoteBytes = 1000;

struct Allowance {
    Id128 id = {}, organization = {};
    NanoUsd amount = {};
    LimitReset interval = LimitReset::monthly;  // not lifetime
    std::int64_t starts_ms = 0;                 // none is granted before
    std::int64_t ends_ms = 0;                   // nor from then on; 0: it does not end
    std::int64_t granted_until_ms = 0;          // the end of the window that was granted last; 0: none was
    Id128 last_transaction = {};                // of that
    bool paused = false;
    std::string note = {};
    std::int64_t version = 0;  // one more with each change, grants included; 1 is the first
    std::int64_t created_ms = 0;

    // Whether the window that holds this time is to be granted. Those before it are over, granted or not.
    bool is_due(std::int64_t now_ms) const;
};

// not_found if there is none.
Result<Allowance> find_allowance(Store& store, const Id128& id);
// All, the oldest first.
Result<std::vector<Allowance>> all_allowances(Store& store);

// Stores a new one, but for its id, version and time; not_found: there is no such organization; invalid: a field is.
Result<Allowance> create_allowance(Change& change, Allowance allowance);

struct AllowanceChange {
    std::optional<NanoUsd> amount = {};  // from the next window on
    std::optional<std::int64_t> ends_ms = {};
    std::optional<bool> paused = {};
    std::optional<std::string> note = {};
};
// Changes nothing, version included, where everything is so already. not_found, invalid.
Result<Allowance> update_allowance(Change& change, const Id128& id, const AllowanceChange& fields);
Status delete_allowance(Change& change, const Id128& id);
// Stores that the window which holds the change's time was granted by this transaction.
void grant_window(Change& change, Allowance allowance, const Id128& transaction);

}  // namespace tollgate
