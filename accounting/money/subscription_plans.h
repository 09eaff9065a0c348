// Plans: how much an organization may have, as the configuration names and bounds them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

inline constexpr std::size_t kMaxPlanNameBytes = 100;

// How much of requests is kept for reports. Prompts and answers never are; the levels differ in how long detail is.
enum class RetentionLevel : std::uint8_t { none, retain };
std::string_view to_string(RetentionLevel level);
bool parse(std::string_view text, RetentionLevel& level);

// Empty: no limit.
struct PlanLimits {
    std::optional<std::int64_t> organizations = 3;  // that one person makes; that of his personal organization counts
    std::optional<std::int64_t> members = 10;       // with open invitations
    std::optional<std::int64_t> projects = 10;      // archived ones too
    std::optional<std::int64_t> keys = 200;         // of every kind, disabled and expired ones too
    std::optional<std::int64_t> none_days = 3;      // that usage detail is kept with the level none
    std::optional<std::int64_t> retain_days = 90;   // the same with retain; empty: as many as its owners choose

    std::optional<std::int64_t> retention_days(RetentionLevel level) const {
        return level == RetentionLevel::none ? none_days : retain_days;
    }
    bool operator==(const PlanLimits&) const = default;
};

struct SubscriptionPlan {
    std::string name;
    PlanLimits limits;
    bool operator==(const SubscriptionPlan&) const = default;
};

struct SubscriptionPlans {
    std::vector<SubscriptionPlan> plans = {
        {"free", {.retain_days = 3}},
        {"pro", {}},
        {"enterprise",
         {.organizations = {}, .members = {}, .projects = {}, .keys = {}, .none_days = 90, .retain_days = {}}}};
    std::string default_plan = "pro";  // of organizations that have none

    const SubscriptionPlan* find(std::string_view name) const;  // null: there is none
};

}  // namespace tollgate
