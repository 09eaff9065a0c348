// What an organization may have, by its plan, and how much of it is used.
#pragma once

#include <array>

#include "accounting/accounts/subscription_plan.h"
#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_plan(Call& call);
ApiAnswer set_plan(Call& call, Change& change);

inline constexpr std::array kUsedOfPlanFields = {fields::integer("most").or_null().note("null: unlimited"),
                                                 fields::integer("used")};
inline constexpr Schema kUsedOfPlan{"UsedOfPlan", kUsedOfPlanFields};
inline constexpr std::string_view kOwnLimitNote = "null: the plan's; as it was shown: as it is";
inline constexpr Field own_limit(std::string_view name) {
    return fields::object(name, kUsedOfPlan).or_null().or_short("integer").note(kOwnLimitNote);
}
inline constexpr std::array kNewOrganizationPlanFields = {
    fields::text("plan").or_null().required().note("A name of the configuration; null: its default"),
    own_limit("members"),
    own_limit("projects"),
    own_limit("keys"),
    fields::integer("retention_days").from(0, kMostOfPlan).or_null().note("null: the plan's"),
    fields::flag("default").note("As it was read"),
    fields::integer("version").from(0).or_null()};
inline constexpr Schema kNewOrganizationPlan{"NewOrganizationPlan", kNewOrganizationPlanFields};

inline constexpr std::array kOrganizationPlanFields = {
    fields::text("plan"),
    fields::flag("default").note("Whether the organization names none"),
    fields::object("members", kUsedOfPlan).note("Open invitations are counted too"),
    fields::object("projects", kUsedOfPlan),
    fields::object("keys", kUsedOfPlan),
    fields::integer("retention_days").or_null().note("Of the level retain; null: as many as owners choose"),
    fields::integer("version")};
inline constexpr Schema kOrganizationPlan{"OrganizationPlan", kOrganizationPlanFields};

}  // namespace tollgate
