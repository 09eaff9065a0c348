#include "gateway/api/callable_models.h"

#include <algorithm>

#include "gateway/routing/key_denials.h"
#include "gateway/routing/plan.h"
#include "gateway/routing/preference_denials.h"

namespace tollgate {

std::vector<const CatalogueEndpoint*> callable_endpoints(const Principal& caller,
                                                         std::span<const CatalogueEndpoint> endpoints) {
    std::vector<const CatalogueEndpoint*> callable;
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (caller.policy != nullptr) {
            if (!allows(*caller.policy, *endpoint.model) || denied_by(PreferenceRules{*caller.policy}, endpoint))
                continue;
            if (caller.rules != nullptr && denied_by(*caller.rules, endpoint)) continue;
        }
        callable.push_back(&endpoint);
    }
    return callable;
}

std::vector<ListedModel> callable_models(const Principal& caller, const Catalogue& catalogue) {
    std::vector<ListedModel> models;
    for (const Model* const model : catalogue.models()) {
        auto endpoints = callable_endpoints(caller, catalogue.find(model->id));
        // Who finds the model in a list calls it as it is: an endpoint of other service tiers alone would refuse.
        const auto is_ordinary = [](const CatalogueEndpoint* one) { return one->endpoint->service_tiers.empty(); };
        if (std::ranges::any_of(endpoints, is_ordinary)) models.push_back({model, std::move(endpoints)});
    }
    return models;
}

}  // namespace tollgate
