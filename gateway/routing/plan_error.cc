#include "gateway/routing/plan_error.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "gateway/routing/model_call_of.h"
#include "gateway/routing/removal.h"
#include "gateway/routing/sent_parameters.h"
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

std::string not_allowed_message(const OrganizationPolicy& policy, std::string_view asked) {
    std::string message = "the organization does not allow the model '" + std::string(asked) + "'; it allows ";
    constexpr std::size_t kMostShown = 10;
    const std::size_t shown = std::min(kMostShown, policy.allowed_models.size());
    for (std::size_t i = 0; i < shown; ++i) message.append(i == 0 ? "" : ", ").append(policy.allowed_models[i]);
    if (shown < policy.allowed_models.size()) message += " and others";
    return message;
}

std::string not_served_message(const Model& model, const PlanAsk& ask) {
    const std::string name = "the model '" + std::string(ask.chosen.model);
    if (passes_through(ask.api)) return name + "' does not serve " + std::string(to_string(ask.api));
    if (ask.api == ApiType::embeddings) return name + "' does not make embeddings";
    if (model.embeddings) return name + "' only makes embeddings";
    std::string served;
    for (const std::string& call : model.serves) served.append(served.empty() ? "" : ", ").append(call);
    return name + "' only serves " + served;
}

// By some endpoint, whatever is asked for: other keys' own endpoints are none of the caller's affair.
bool may_be_called(const Catalogue& catalogue, const PlanRules& rules, const Model& model) {
    const auto may_be_used = [&](const CatalogueEndpoint& endpoint) {
        return !wrong_credential(rules.credentials, endpoint) &&
               (rules.key == nullptr || !denied_by(*rules.key, endpoint));
    };
    return allows(rules.organization, model) && std::ranges::any_of(catalogue.find(model.id), may_be_used);
}

bool may_serve(const CatalogueEndpoint& endpoint, ApiType api) {
    return is_at_own_server(endpoint) || serves(*endpoint.model, api);
}

// Why none is left whatever the rules: the name, or what providers take.
Error nothing_addressed(const PlanAsk& ask, const ModelAddress& address) {
    const std::string name = "the model '" + address.endpoints.front().model->id + "'";
    if (address.variants.has(Variant::free)) {
        return {ErrorKind::model_not_found, name + " costs something everywhere", "model"};
    }
    return {ErrorKind::invalid_request,
            "no provider of " + name + " is known to take " + std::string(to_string(ask.api)), "model"};
}

}  // namespace

Error no_model() {
    return {ErrorKind::model_required,
            "no model is named, and no default is set for the key's member, project or organization: name one in "
            "'model', or set one with PUT /api/organizations/{organization}/llm",
            "model"};
}

Error model_error(const Catalogue& catalogue, const PlanRules& rules, const PlanAsk& ask, const ModelAddress& address) {
    const ChosenModel& chosen = ask.chosen;
    if (address.variants.has(Variant::online)) {
        return {address.found() ? ErrorKind::invalid_request : ErrorKind::model_not_found,
                "':online' is not served: ask for a provider's own web search in 'tools'", "model"};
    }
    if (address.any) return {};
    if (!address.found()) {
        const auto may_know = [&](const Model& model) { return may_be_called(catalogue, rules, model); };
        return unusable(ErrorKind::model_not_found, chosen, not_found_message(catalogue, chosen.model, may_know));
    }
    const Model& model = *address.endpoints.front().model;
    if (!may_serve(address.endpoints.front(), ask.api))
        return unusable(ErrorKind::invalid_request, chosen, not_served_message(model, ask));
    if (!allows(rules.organization, model)) {
        return unusable(ErrorKind::model_not_allowed, chosen, not_allowed_message(rules.organization, chosen.model));
    }
    return {};
}

Error nothing_left(const PlanRules& rules, const PlanAsk& ask, const ModelAddress& address) {
    if (address.any || address.endpoints.empty()) {
        return {ErrorKind::no_allowed_provider, "no model is left that may answer this request", "model"};
    }
    const auto is_for_others = [&](const CatalogueEndpoint& one) {
        return wrong_credential(rules.credentials, one).has_value();
    };
    if (std::ranges::all_of(address.endpoints, is_for_others)) return no_credential(rules, address);
    const OrganizationPolicy no_policy;
    const RemovalFacts ruleless{{.organization = no_policy}, ask, {.organization = no_policy}, &address};
    std::vector<CatalogueEndpoint> covering, uncovered;
    for (const CatalogueEndpoint& endpoint : address.endpoints) {
        const auto removal = removal_of(ruleless, endpoint);
        if (is_for_others(endpoint)) continue;
        if (!removal) covering.push_back(endpoint);
        if (removal && removal->level == "price_list") uncovered.push_back(endpoint);
    }
    const std::span<const CatalogueEndpoint> endpoints = covering.empty() ? uncovered : covering;
    if (endpoints.empty()) return nothing_addressed(ask, address);
    if (rules.key != nullptr) {
        if (Error denied = denied_error(*rules.key, endpoints)) return denied;
    }
    const PreferenceRules preferences{rules.organization, rules.preset, rules.request, sent_parameters(ask)};
    const auto allowed = [&](const CatalogueEndpoint& endpoint) {
        return (rules.key == nullptr || !denied_by(*rules.key, endpoint)) && !denied_by(preferences, endpoint);
    };
    if (std::ranges::none_of(endpoints, allowed)) return no_allowed_provider(preferences, rules.key, endpoints);
    const Model& model = *endpoints.front().model;
    if (const auto medium = untaken_medium(model, ask.body.media); medium && model.input_is_listed) {
        return untaken_error(model, *medium, body_names_of(ask.api).prompt);
    }
    return uncovered_error(endpoints, ask.body.extras);
}

}  // namespace tollgate
