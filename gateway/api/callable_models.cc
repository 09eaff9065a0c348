#include "gateway/api/callable_models.h"

#include <algorithm>

#include "gateway/own_catalogue.h"
#include "gateway/routing/key_denials.h"
#include "gateway/routing/plan.h"
#include "gateway/routing/preference_denials.h"
#include "gateway/routing/removal.h"

namespace tollgate {
namespace {

// Whether it is among those of the same model, which stand at the end, with another credential.
bool is_listed(const std::vector<const CatalogueEndpoint*>& listed, const CatalogueEndpoint& endpoint) {
    for (auto one = listed.rbegin(); one != listed.rend() && (*one)->model == endpoint.model; ++one) {
        const bool same =
            (*one)->endpoint->id == endpoint.endpoint->id && (*one)->endpoint->provider == endpoint.endpoint->provider;
        if (same) return true;
    }
    return false;
}

}  // namespace

std::vector<const CatalogueEndpoint*> callable_endpoints(const Principal& caller,
                                                         std::span<const CatalogueEndpoint> endpoints) {
    std::vector<const CatalogueEndpoint*> callable;
    const ProjectMode mode = mode_of(caller);
    const std::string hash = mode == ProjectMode::credits ? std::string() : to_hex(caller.key);
    const CredentialRules credentials{.own_only = mode == ProjectMode::api_keys, .caller_key = hash};
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (caller.policy != nullptr) {
            if (!allows(*caller.policy, *endpoint.model) || denied_by(PreferenceRules{*caller.policy}, endpoint))
                continue;
            if (caller.rules != nullptr && denied_by(*caller.rules, endpoint)) continue;
            if (wrong_credential(credentials, endpoint)) continue;
        }
        if (endpoint.own != nullptr && is_listed(callable, endpoint)) continue;
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
