#include "accounting/money/subscription_plans.h"

#include <algorithm>
#include <array>

#include "accounting/money/enum_names.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 2> kRetentionLevels = {"none", "retain"};

}  // namespace

std::string_view to_string(RetentionLevel level) { return kRetentionLevels.at(static_cast<std::size_t>(level)); }
bool parse(std::string_view text, RetentionLevel& level) { return parse_name(kRetentionLevels, text, level); }

const SubscriptionPlan* SubscriptionPlans::find(std::string_view name) const {
    const auto found = std::ranges::find(plans, name, &SubscriptionPlan::name);
    return found == plans.end() ? nullptr : &*found;
}

}  // namespace tollgate
