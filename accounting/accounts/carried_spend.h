// What was spent of a budget before its organization came here: it counts for the budget, and for what the key or
// member says to have used, as if it had been spent here. The ledger knows nothing of it: no money moved here.
#pragma once

#include <cstdint>

#include "accounting/accounts/account_limits.h"
#include "accounting/accounts/document.h"
#include "accounting/money/limits.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

class Change;

struct CarriedSpend {
    LimitTarget target = {};  // of which it was spent
    NanoUsd amount = {};
    LimitReset window = LimitReset::lifetime;  // in which it counts
    std::int64_t at_ms = 0;                    // Unix time in that window
};

// Stores it in the place of what was carried for the target before. It counts from the next start on.
Status put_carried_spend(Change& change, const CarriedSpend& carried);
// At start, after the ledger was opened: it restores what was spent here, and this adds to it. Before requests.
Status restore_carried_spend(Store& store, CreditTable& credits);
// What was spent, with a carried amount in its window; nothing but the total is changed where that window is over.
SpendWindows with_carried(SpendWindows spent, const CarriedSpend& carried);

}  // namespace tollgate
