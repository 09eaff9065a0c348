// Which of the parameters that endpoints differ in a request has.
#pragma once

#include "gateway/routing/parameter_set.h"
#include "gateway/routing/plan.h"

namespace tollgate {

// By whatever name its API has them, and those that defaults add. Those that are null are none. What passes through has
// names of its own, which no list of parameters knows.
ParameterSet sent_parameters(const PlanAsk& ask);

}  // namespace tollgate
