// What each member of an organization spent, and what is left of his budget, in the shape that OpenHands gives it.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/openhands_paging.h"
#include "gateway/api/people.h"

namespace tollgate {

ApiAnswer list_member_finances(Call& call);

inline constexpr std::uint32_t kUsualFinances = 10;

inline constexpr std::array kFinancesQueryFields = {
    kPageIdField.note("The next_page_id of the page before; 0 if absent"),
    fields::integer("limit").from(1, kMostPageIdItems).note("How many, at most; 10 if absent"), kEmailPartQuery};
inline constexpr Schema kFinancesQuery{"MemberFinancesQuery", kFinancesQueryFields};

inline constexpr std::array kFinancesFields = {
    fields::uuid("user_id"),
    fields::text("email"),
    fields::usd("lifetime_spend").note("Charged to the organization for this member, ever"),
    fields::usd("current_budget").or_null().note("What is left of max_budget; null: unlimited"),
    fields::usd("max_budget").or_null().note("The member's own, else the organization's; null: unlimited"),
    fields::text("reset_interval").or_null().one_of("daily|weekly|monthly").note("null: the budget never resets"),
    fields::time("resets_at").or_null(),
};
inline constexpr Schema kFinances{"MemberFinances", kFinancesFields};
inline constexpr auto kFinancesPageFields =
    joined(std::array{fields::list("items", kFinances)}, kPageNumberFields, std::array{kNextPageId});
inline constexpr Schema kFinancesPage{"MemberFinancesPage", kFinancesPageFields};

}  // namespace tollgate
