#include "gateway/config/plans.h"

#include <yaml-cpp/yaml.h>

#include "gateway/config/section.h"

namespace tollgate {
namespace {

void read_plan(const YAML::Node& node, const std::string& name, SubscriptionPlans& plans) {
    SubscriptionPlan plan{.name = name, .limits = {}};
    Section section("plan " + name);
    section.rate("organizations", plan.limits.organizations, "");
    section.rate("members", plan.limits.members, "");
    section.rate("projects", plan.limits.projects, "");
    section.rate("keys", plan.limits.keys, "");
    section.rate("none_days", plan.limits.none_days, "");
    section.rate("retain_days", plan.limits.retain_days, "");
    section.check([&]() -> std::string {
        if (name.empty() || name.size() > kMaxPlanNameBytes) return "a plan needs a name of at most 100 bytes";
        return plans.find(name) == nullptr ? "" : "there are two plans " + name;
    });
    section.read(node);
    plans.plans.push_back(std::move(plan));
}

std::string example_plans(const SubscriptionPlans& plans) {
    const auto text = [](const std::optional<std::int64_t>& limit) {
        return limit ? std::to_string(*limit) : std::string("unlimited");
    };
    std::string lines;
    for (const SubscriptionPlan& one : plans.plans) {
        const PlanLimits& limits = one.limits;
        lines += "    " + one.name + ": {organizations: " + text(limits.organizations) +
                 ", members: " + text(limits.members) + ", projects: " + text(limits.projects) +
                 ", keys: " + text(limits.keys) + ", none_days: " + text(limits.none_days) +
                 ", retain_days: " + text(limits.retain_days) + "}\n";
    }
    return lines;
}

}  // namespace

std::string wrong_with_plans(const SubscriptionPlans& plans) {
    if (plans.find(plans.default_plan) == nullptr) return "there is no plan '" + plans.default_plan + "'";
    return {};
}

void describe_plans(Section& section, SubscriptionPlans& plans) {
    section.text("default", plans.default_plan, "of organizations that have none of their own");
    section.nested(
        "plans",
        "how much an organization may have, a number or unlimited. organizations: that one person makes, by the plan "
        "of "
        "his personal one. none_days, retain_days: that usage detail is kept with each level; unlimited: as many as "
        "owners choose",
        [&plans](const YAML::Node& node) {
            if (!node.IsMap()) throw ConfigProblem{line_of(node), "plans must be a mapping of names"};
            plans.plans.clear();
            for (const auto& entry : node) read_plan(entry.second, entry.first.as<std::string>(), plans);
        },
        example_plans(plans), [&plans] { return example_plans(plans); });
}

}  // namespace tollgate
