#include "accounting/money/subscription_plans.h"

#include <algorithm>

namespace tollgate {

const SubscriptionPlan* SubscriptionPlans::find(std::string_view name) const {
    const auto found = std::ranges::find(plans, name, &SubscriptionPlan::name);
    return found == plans.end() ? nullptr : &*found;
}

}  // namespace tollgate
