// Why a request has nowhere to go: whose choice it was, and who can change it.
#pragma once

#include "gateway/routing/catalogue.h"
#include "gateway/routing/model_address.h"
#include "gateway/routing/plan.h"
#include "gateway/text/error.h"

namespace tollgate {

// Neither the request nor any level above it names one.
Error no_model();

// Why the model as a whole is none for this request; none: it may be.
Error model_error(const Catalogue& catalogue, const PlanRules& rules, const PlanAsk& ask, const ModelAddress& address);

// Of the chosen model, none of whose endpoints is left. Rules are told of endpoints that would answer without them; a
// price that is missing, where the rules leave something of what the name stands for.
Error nothing_left(const PlanRules& rules, const PlanAsk& ask, const ModelAddress& address);

}  // namespace tollgate
