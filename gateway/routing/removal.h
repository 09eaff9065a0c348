// What leaves an endpoint out of a plan, whoever says so: the price list, the key's rules, preferences and privacy, or
// the name that the request gives the model.
#pragma once

#include <optional>

#include "gateway/routing/model_address.h"
#include "gateway/routing/plan.h"

namespace tollgate {

struct RemovalFacts {
    const PlanRules& rules;
    const PlanAsk& ask;
    PreferenceRules preferences;
    const ModelAddress* address = nullptr;
};

// Its credential is none that the request goes with.
std::optional<Removal> wrong_credential(const CredentialRules& rules, const CatalogueEndpoint& endpoint);
// Where that holds for each endpoint of the address.
Error no_credential(const PlanRules& rules, const ModelAddress& address);

// The first of all that leaves it out; none: it may be tried.
std::optional<Removal> removal_of(const RemovalFacts& facts, const CatalogueEndpoint& endpoint);

}  // namespace tollgate
