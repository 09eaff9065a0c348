// The plan that an organization has, and the numbers that the operator gives it in place of the plan's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "accounting/money/ids.h"
#include "accounting/money/subscription_plans.h"
#include "store/status.h"

namespace tollgate {

class Change;
struct Organization;

// What the operator says of one organization in place of its plan. Empty: the plan's.
struct PlanOverrides {
    std::optional<std::int64_t> members = {}, projects = {}, keys = {};
    std::optional<std::int64_t> retention_days = {};  // of the level retain
    bool operator==(const PlanOverrides&) const = default;
};
inline constexpr std::int64_t kMostOfPlan = 1'000'000;

// What holds for the organization. io: its plan is not in the configuration; nothing is allowed then.
Result<PlanLimits> plan_limits(const SubscriptionPlans& plans, const Organization& organization);

// Empty name: the default plan. What there is beyond the new limits stays. invalid: there is no such plan.
Status set_plan(Change& change, const Id128& organization, const std::string& name, const PlanOverrides& overrides);

}  // namespace tollgate
