// Allowances: set by the operator, granted by a job of the gateway's once in each window.
#pragma once

#include <array>

#include "accounting/accounts/allowance.h"
#include "gateway/api/call.h"
#include "gateway/api/transactions.h"

namespace tollgate {

ApiAnswer create_allowance(Call& call, Change& change);
ApiAnswer list_allowances(Call& call);  // of the organization in the path; without one, all
ApiAnswer show_allowance(Call& call);
ApiAnswer update_allowance(Call& call, Change& change);
ApiAnswer delete_allowance(Call& call, Change& change);

// Grants all that are due, as the job "allowances". One that fails keeps no other waiting; the first problem is
// returned. For the thread of account changes.
Status grant_allowances(Services& services, std::int64_t now_ms);

inline constexpr Field kAllowanceInterval = fields::text("interval").one_of("daily|weekly|monthly");
inline constexpr Field kAllowanceNote = fields::text("note").from(0, kAllowanceNoteBytes).or_null();
inline constexpr std::array kNewAllowanceFields = {
    fields::uuid("organization_id").required(),
    kAmountField,
    kAllowanceInterval.required().note("Windows are of UTC; weeks begin on Monday"),
    fields::time("starts_at").or_null().note("In the future; null: now"),
    fields::time("ends_at").or_null().note("In the future; null: never"),
    kAllowanceNote,
};
inline constexpr Schema kNewAllowance{"NewAllowance", kNewAllowanceFields};
inline constexpr std::array kAllowanceFields = {
    fields::uuid("id"),
    fields::uuid("organization_id"),
    fields::text("organization_name").or_null().note("As it is now"),
    fields::usd("amount").note("A new one counts from the next window on"),
    kAllowanceInterval,
    fields::time("starts_at"),
    fields::time("ends_at").or_null().note("null: never"),
    fields::flag("paused").note("Windows that it is paused for are not granted later"),
    kAllowanceNote,
    fields::time("granted_until").or_null().note("The end of the window that was granted last"),
    fields::text("last_transaction_id").or_null(),
    fields::time("created_at"),
    fields::integer("version"),
};
inline constexpr Schema kAllowance{"Allowance", kAllowanceFields};
inline constexpr Schema kAllowanceChange{"AllowanceChange", kAllowanceFields};
inline constexpr std::array kAllowancePageFields = {fields::list("data", kAllowance), kNextCursor};
inline constexpr Schema kAllowancePage{"AllowancePage", kAllowancePageFields};
inline constexpr std::array kAllowanceDeletedFields = {fields::flag("deleted")};
inline constexpr Schema kAllowanceDeleted{"AllowanceDeleted", kAllowanceDeletedFields};

}  // namespace tollgate
