#include "gateway/routing/plan.h"

namespace tollgate {

Error plan(const Catalogue& catalogue, RequestContext& request) {
    const OrganizationPolicy& policy = *request.principal.policy;
    const bool defaulted = request.body.model.empty();
    const std::string_view name = defaulted ? std::string_view(policy.default_model) : request.body.model;
    if (name.empty()) {
        return {ErrorKind::model_required, "no model is named and the organization has no default model", "model"};
    }
    const auto endpoints = catalogue.find(name);
    if (endpoints.empty()) {
        std::string message = "the model '" + std::string(name) + "' does not exist here";
        if (defaulted) message += " (it is the organization's default)";
        return {ErrorKind::model_not_found, std::move(message), "model"};
    }
    const bool embeds = endpoints.front().model->embeddings;
    if (embeds != (request.api == ApiType::embeddings)) {
        return {ErrorKind::invalid_request,
                "the model '" + std::string(name) + (embeds ? "' only makes embeddings" : "' does not make embeddings"),
                "model"};
    }
    request.endpoint = &endpoints.front();
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (defaulted && endpoint.provider->name == policy.default_provider) request.endpoint = &endpoint;
    }
    return {};
}

}  // namespace tollgate
