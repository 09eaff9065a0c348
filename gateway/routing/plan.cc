#include "gateway/routing/plan.h"

#include "gateway/routing/uncovered.h"

namespace tollgate {

std::string_view to_string(Candidate::Reason reason) {
    return reason == Candidate::Reason::listed ? "listed" : "organizations_default";
}

Outcome<Plan> make_plan(const Catalogue& catalogue, const OrganizationPolicy& policy, std::string_view model_asked,
                        ApiType api, const PaidExtras& extras) {
    const bool defaulted = model_asked.empty();
    const std::string_view name = defaulted ? std::string_view(policy.default_model) : model_asked;
    if (name.empty()) {
        return problem(ErrorKind::model_required, "no model is named and the organization has no default model",
                       "model");
    }
    const auto endpoints = catalogue.find(name);
    if (endpoints.empty()) {
        std::string message = not_found_message(catalogue, name);
        if (defaulted) message += " (it is the organization's default)";
        return problem(ErrorKind::model_not_found, std::move(message), "model");
    }
    const bool embeds = endpoints.front().model->embeddings;
    if (embeds != (api == ApiType::embeddings)) {
        return problem(
            ErrorKind::invalid_request,
            "the model '" + std::string(name) + (embeds ? "' only makes embeddings" : "' does not make embeddings"),
            "model");
    }
    const auto preferred = [&](const CatalogueEndpoint& endpoint) {
        return defaulted && endpoint.provider->name == policy.default_provider;
    };
    Plan plan;
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (covers(endpoint, extras) && preferred(endpoint))
            plan.add({&endpoint, Candidate::Reason::organizations_default});
    }
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (covers(endpoint, extras) && !preferred(endpoint)) plan.add({&endpoint, Candidate::Reason::listed});
    }
    if (plan.size() == 0) return std::unexpected(uncovered_error(endpoints, extras));
    return plan;
}

}  // namespace tollgate
