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

// The rule of an own key that would be used if it could be opened.
inline constexpr std::string_view kKeyUnavailable = "provider_key_unavailable";
// Of such a key: the request must not be billed to credit in its place.
Error key_unavailable(const OwnKey& key);

// Its credential is none that the request goes with.
std::optional<Removal> wrong_credential(const CredentialRules& rules, const CatalogueEndpoint& endpoint);
// Where that holds for each endpoint of the address.
Error no_credential(const PlanRules& rules, const ModelAddress& address);

// Of the prompt, about; without counting.
std::int64_t rough_prompt_tokens(const BodyFacts& body);

// The first of all that leaves it out; none: it may be tried.
std::optional<Removal> removal_of(const RemovalFacts& facts, const CatalogueEndpoint& endpoint);

}  // namespace tollgate
