#include "accounting/accounts/organization_retention.h"

#include <algorithm>
#include <string>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"

namespace tollgate {
namespace {

Status check_days(std::int64_t days, const RetentionPolicy& policy) {
    if (std::ranges::any_of(policy.classes, [&](const RetentionClass& one) { return one.days == days; })) return {};
    std::vector<std::uint32_t> all;
    for (const RetentionClass& one : policy.classes) all.push_back(one.days);
    std::ranges::sort(all);
    std::string list;
    for (const std::uint32_t one : all) list += (list.empty() ? "" : ", ") + std::to_string(one);
    return {StatusCode::invalid, "days: must be one of " + list};
}

Status check_choice(Change& change, const Organization& organization, const RetentionChoice& choice) {
    if (!choice.days) return {};
    const RetentionPolicy& policy = change.accounts().retention();
    if (choice.level.value_or(policy.default_level) != RetentionLevel::retain) {
        return {StatusCode::invalid, "days: only go with the level retain"};
    }
    if (Status status = check_days(*choice.days, policy); !status.ok()) return status;
    const auto limits = plan_limits(change.accounts().plans(), organization);
    if (!limits) return limits.error();
    const auto most = limits->retention_days(RetentionLevel::retain);
    if (!most || *choice.days <= *most) return {};
    return {StatusCode::denied,
            "days: the organization's plan keeps usage detail for " + std::to_string(*most) +
                " days, and the operator can give it more",
            "beyond_plan"};
}

}  // namespace

EffectiveRetention retention_of(const Organization& organization, const SubscriptionPlans& plans,
                                const RetentionPolicy& policy) {
    const RetentionChoice& choice = organization.retention;
    const RetentionLevel level = choice.level.value_or(policy.default_level);
    const auto limits = plan_limits(plans, organization);
    const auto most = limits ? limits->retention_days(level) : std::optional<std::int64_t>(0);
    std::int64_t days = most.value_or(policy.custom_days);
    if (level == RetentionLevel::retain && choice.days) days = most ? std::min(*choice.days, *most) : *choice.days;
    const RetentionClass& kept = policy.longest_within(days);
    return {.level = level, .days = policy.days_of(kept.number), .number = kept.number};
}

Status set_retention(Change& change, const Id128& id, const RetentionChoice& choice) {
    const auto current = open_organization(change, id);
    if (!current) return current.error();
    if (Status status = change.require_version((*current)->version); !status.ok()) return status;
    if ((*current)->retention == choice) return {};
    Organization changed = **current;
    changed.retention = choice;
    if (Status status = check_choice(change, changed, choice); !status.ok()) return status;
    return update_organization(change, std::move(changed));
}

}  // namespace tollgate
