// The outbox, for the operator: what was sent, what waits, and what could not be sent.
#pragma once

#include <array>

#include "accounting/accounts/outbox.h"
#include "gateway/api/call.h"
#include "gateway/api/paging.h"

namespace tollgate {

ApiAnswer list_mail(Call& call);
// Tries a failed one again.
ApiAnswer retry_mail(Call& call, Change& change);

inline constexpr std::array kMailQueryFields = {kPageLimit, kPageCursor,
                                                fields::text("state").one_of("waiting|sent|failed|dropped")};
inline constexpr Schema kMailQuery{"MailQuery", kMailQueryFields};
inline constexpr std::array kMailFields = {
    fields::uuid("id"),
    fields::text("kind").one_of("verification|registration|invitation|alert|password|security"),
    fields::text("to"),
    fields::uuid("organization_id").or_null(),
    fields::text("state").one_of("waiting|sent|failed|dropped"),
    fields::integer("attempts"),
    fields::text("problem").or_null().note("Of the last attempt"),
    fields::time("next_attempt_at").or_null(),
    fields::time("created_at"),
    fields::time("ended_at").or_null(),
};
inline constexpr Schema kMail{"Mail", kMailFields};
inline constexpr std::array kMailPageFields = {fields::list("data", kMail), kNextCursor};
inline constexpr Schema kMailPage{"MailPage", kMailPageFields};

}  // namespace tollgate
