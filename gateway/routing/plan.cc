#include "gateway/routing/plan.h"

#include <algorithm>

#include "gateway/routing/model_call_of.h"
#include "gateway/routing/uncovered.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// Why the chosen model cannot answer. Where a level chose it, it is not the client's mistake: the error says whose
// choice it was and who can change it.
Error unusable(ErrorKind kind, const ChosenModel& chosen, std::string_view why) {
    if (chosen.level == LlmLevel::request) return {kind, std::string(why), "model"};
    Error error(ErrorKind::default_model_unavailable,
                "the default model '" + std::string(chosen.model) + "' of the " + std::string(to_string(chosen.level)) +
                    " cannot be used: " + std::string(why) + "; " + std::string(remedy_of(chosen.level)),
                "model");
    error.detail().extra =
        JsonWriter().key("model").text(chosen.model).key("level").text(to_string(chosen.level)).take();
    return error;
}

Error no_model() {
    return {ErrorKind::model_required,
            "no model is named, and no default is set for the key's member, project or organization: name one in "
            "'model', or set one with PUT /api/organizations/{organization}/llm",
            "model"};
}

std::string not_allowed_message(const OrganizationPolicy& policy, const Model& model) {
    std::string message = "the organization does not allow the model '" + model.id + "'; it allows ";
    constexpr std::size_t kMostShown = 10;
    const std::size_t shown = std::min(kMostShown, policy.allowed_models.size());
    for (std::size_t i = 0; i < shown; ++i) message.append(i == 0 ? "" : ", ").append(policy.allowed_models[i]);
    if (shown < policy.allowed_models.size()) message += " and others";
    return message;
}

}  // namespace

std::string_view to_string(Candidate::Reason reason) {
    return reason == Candidate::Reason::listed ? "listed" : "default_provider";
}

bool allows(const OrganizationPolicy& policy, const Model& model) {
    return policy.allowed_models.empty() || std::ranges::binary_search(policy.allowed_models, model.id);
}

Outcome<Plan> make_plan(const Catalogue& catalogue, const PlanRules& rules, const ChosenModel& chosen, ApiType api,
                        const PaidExtras& extras) {
    if (chosen.model.empty()) return std::unexpected(no_model());
    const auto endpoints = catalogue.find(chosen.model);
    if (endpoints.empty()) {
        const std::string why = not_found_message(catalogue, chosen.model);
        return std::unexpected(unusable(ErrorKind::model_not_found, chosen, why));
    }
    const Model& model = *endpoints.front().model;
    if (model.embeddings != (api == ApiType::embeddings)) {
        const std::string why = "the model '" + std::string(chosen.model) +
                                (model.embeddings ? "' only makes embeddings" : "' does not make embeddings");
        return std::unexpected(unusable(ErrorKind::invalid_request, chosen, why));
    }
    if (!allows(rules.organization, model)) {
        const std::string why = not_allowed_message(rules.organization, model);
        return std::unexpected(unusable(ErrorKind::model_not_allowed, chosen, why));
    }
    const auto preferred = [&](const CatalogueEndpoint& endpoint) {
        return !chosen.provider.empty() && endpoint.provider->name == chosen.provider;
    };
    const PreferenceRules preferences{rules.organization, rules.preset};
    const auto allowed = [&](const CatalogueEndpoint& endpoint) {
        return (rules.key == nullptr || !denied_by(*rules.key, endpoint)) && !denied_by(preferences, endpoint);
    };
    const auto usable = [&](const CatalogueEndpoint& endpoint) {
        return covers(endpoint, extras) && endpoint.provider->takes(model_call_of(api)) && allowed(endpoint);
    };
    Plan plan;
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (preferred(endpoint) && usable(endpoint)) plan.add({&endpoint, Candidate::Reason::default_provider});
    }
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (!preferred(endpoint) && usable(endpoint)) plan.add({&endpoint, Candidate::Reason::listed});
    }
    if (plan.size() > 0) return plan;
    if (rules.key != nullptr) {
        if (Error denied = denied_error(*rules.key, endpoints)) return std::unexpected(std::move(denied));
    }
    if (std::ranges::none_of(endpoints, allowed)) return std::unexpected(no_allowed_provider(preferences, endpoints));
    return std::unexpected(uncovered_error(endpoints, extras));
}

}  // namespace tollgate
