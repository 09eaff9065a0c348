// For the operator: what all organizations have, and what each of them used.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

// In memory.
ApiAnswer show_all_credits(Call& call);
ApiAnswer list_usage_by_organization(Call& call);

inline constexpr std::array kAllCreditsFields = {fields::integer("organizations"), fields::usd("balance"),
                                                 fields::usd("total_credits"), fields::usd("total_usage"),
                                                 fields::usd("held").note("Promised to requests that run")};
inline constexpr Schema kAllCredits{"AllCredits", kAllCreditsFields};

inline constexpr std::uint32_t kMaxOrganizationsSummed = 200;  // a page: each is a report of its own
inline constexpr std::array kAllUsageQueryFields = {
    fields::integer("limit").from(1, kMaxOrganizationsSummed).note("How many organizations, at most; 50 if absent"),
    kPageCursor, kFormatField, kFromField, kToField};
inline constexpr Schema kAllUsageQuery{"AllUsageQuery", kAllUsageQueryFields};

inline constexpr std::array kOrganizationColumns = {fields::uuid("organization_id"), fields::text("organization_name"),
                                                    fields::usd("balance").note("Now, not at the end of the time")};
inline constexpr auto kOrganizationUsageFields = joined(kOrganizationColumns, kMetricFields);
inline constexpr Schema kOrganizationUsage{"OrganizationUsage", kOrganizationUsageFields};
inline constexpr std::array kAllUsageFields = {fields::time("from"), fields::time("to"),
                                               fields::list("data", kOrganizationUsage), kNextCursor};
inline constexpr Schema kAllUsage{"AllUsage", kAllUsageFields};

}  // namespace tollgate
