// Plans: how much an organization may have, as the configuration names and bounds them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

inline constexpr std::size_t kMaxPlanNameBytes = 100;

// Empty: no limit.
struct PlanLimits {
    std::optional<std::int64_t> organizations = 3;    // that one person makes; that of his personal organization counts
    std::optional<std::int64_t> members = 10;         // with open invitations
    std::optional<std::int64_t> projects = 10;        // archived ones too
    std::optional<std::int64_t> keys = 200;           // of every kind, disabled and expired ones too
    std::optional<std::int64_t> retention_days = 90;  // the longest that its owners may keep usage detail
    bool operator==(const PlanLimits&) const = default;
};

struct SubscriptionPlan {
    std::string name;
    PlanLimits limits;
    bool operator==(const SubscriptionPlan&) const = default;
};

struct SubscriptionPlans {
    std::vector<SubscriptionPlan> plans = {
        {"free", {.retention_days = 3}},
        {"pro", {}},
        {"enterprise", {.organizations = {}, .members = {}, .projects = {}, .keys = {}, .retention_days = {}}}};
    std::string default_plan = "pro";  // of organizations that have none

    const SubscriptionPlan* find(std::string_view name) const;  // null: there is none
};

}  // namespace tollgate
