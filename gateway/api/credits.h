// What credit there is: of the calling key's organization as OpenRouter shows it, and of the organization in the path.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"

namespace tollgate {

// In memory: on the worker.
ApiAnswer show_own_credits(Call& call);
ApiAnswer show_credits(Call& call);
// What the root key is told that asks about itself.
ApiAnswer no_credit_of_its_own();
ApiAnswer list_lots(Call& call);

inline constexpr std::array kOwnCreditsFields = {fields::usd("total_credits"), fields::usd("total_usage")};
inline constexpr Schema kOwnCredits{"OwnCredits", kOwnCreditsFields};
inline constexpr std::array kOwnCreditsDataFields = {fields::object("data", kOwnCredits)};
inline constexpr Schema kOwnCreditsData{"OwnCreditsData", kOwnCreditsDataFields};

inline constexpr std::array kCreditsFields = {fields::usd("balance"), fields::usd("total_credits"),
                                              fields::usd("total_usage"),
                                              fields::usd("held").note("Promised to requests that run")};
inline constexpr Schema kCredits{"Credits", kCreditsFields};

inline constexpr std::array kLotFields = {
    fields::text("transaction_id"), fields::text("source"),      fields::usd("amount"),
    fields::usd("remaining"),       fields::integer("priority"), fields::time("expires_at").or_null(),
    fields::time("created_at"),
};
inline constexpr Schema kLot{"CreditLot", kLotFields};
inline constexpr std::array kLotListFields = {fields::list("data", kLot), kNextCursor};
inline constexpr Schema kLotList{"CreditLotList", kLotListFields};

}  // namespace tollgate
