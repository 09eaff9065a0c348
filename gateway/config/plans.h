// The section `plans`: what organizations may have.
#pragma once

#include <string>

#include "accounting/money/subscription_plans.h"

namespace tollgate {

class Section;

void describe_plans(Section& section, SubscriptionPlans& plans);
// What is wrong with them as a whole, or nothing.
std::string wrong_with_plans(const SubscriptionPlans& plans);

}  // namespace tollgate
