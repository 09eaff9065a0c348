#include "accounting/accounts/subscription_plan.h"

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"

namespace tollgate {

Result<PlanLimits> plan_limits(const SubscriptionPlans& plans, const Organization& organization) {
    const std::string& name = organization.plan.empty() ? plans.default_plan : organization.plan;
    const SubscriptionPlan* const plan = plans.find(name);
    if (plan == nullptr) {
        return failure(StatusCode::io, "the organization's plan '" + name + "' is not in the configuration");
    }
    PlanLimits limits = plan->limits;
    const PlanOverrides& own = organization.plan_overrides;
    if (own.members) limits.members = own.members;
    if (own.projects) limits.projects = own.projects;
    if (own.keys) limits.keys = own.keys;
    if (own.retention_days) limits.retain_days = own.retention_days;
    return limits;
}

Status set_plan(Change& change, const Id128& organization, const std::string& name, const PlanOverrides& overrides) {
    if (!name.empty() && change.accounts().plans().find(name) == nullptr) {
        return {StatusCode::invalid, "plan: is none of the configuration's plans"};
    }
    const auto current = open_organization(change, organization);
    if (!current) return current.error();
    if (Status status = change.require_version((*current)->version); !status.ok()) return status;
    if ((*current)->plan == name && (*current)->plan_overrides == overrides) return {};
    Organization changed = **current;
    changed.plan = name;
    changed.plan_overrides = overrides;
    return update_organization(change, std::move(changed));
}

}  // namespace tollgate
