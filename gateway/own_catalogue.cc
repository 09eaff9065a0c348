#include "gateway/own_catalogue.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <functional>

#include "gateway/client/connection.h"
#include "gateway/exchange/route_explanation.h"
#include "gateway/off_loop.h"
#include "gateway/routing/model_address.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

using Names = boost::container::small_vector<std::string_view, 4>;

Names models_named(const Exchange& request) {
    Names names;
    if (!request.choice.model.model.empty()) names.push_back(request.choice.model.model);
    for (const std::string& name : request.choice.fallbacks) names.emplace_back(name);
    return names;
}

// Names of the catalogue go before those of own endpoints; what only names a place of the operator's goes behind.
bool is_known(const Catalogue& catalogue, std::string_view name) {
    if (catalogue.prices().find(name) != nullptr) return true;
    const ModelAddress address = find_model(catalogue, name);
    return address.any || (address.found() && address.provider.empty());
}

// With the models that the request names and no list has, where one of the own endpoints takes any.
std::shared_ptr<const Catalogue> with_asked(std::shared_ptr<const Catalogue> own, Names names) {
    const auto is_asked = [&own](std::string_view name) {
        const auto takes = [name](const auto& key) { return !model_at_custom(*key, name).empty(); };
        return std::ranges::any_of(own->own_routes()->keys(), takes) && !is_known(*own, name);
    };
    names.erase(std::remove_if(names.begin(), names.end(), std::not_fn(is_asked)), names.end());
    return names.empty() ? own : std::make_shared<const Catalogue>(std::move(own), names);
}

ProjectMode mode_of(const OrganizationPolicy& policy, const Directory& directory, const Id128& project_id) {
    if (!policy.own_keys_below) return ProjectMode::credits;
    const Project* const project = directory.find_project(project_id);
    return project == nullptr ? ProjectMode::credits : project->mode;
}

// A key that was changed is another one.
bool is_as_it_was(const OwnKey& key, const SharedProviderKeys& now) {
    return now != nullptr && std::ranges::any_of(*now, [&key](const auto& one) {
               return one->id == key.facts().id && one->version == key.facts().version;
           });
}

}  // namespace

ProjectMode mode_of(const Principal& principal) {
    if (principal.policy == nullptr) return ProjectMode::credits;
    return mode_of(*principal.policy, *principal.directory, principal.project);
}

Error check_credential(const Directory& now, const Principal& caller, const CatalogueEndpoint& endpoint) {
    const Organization* const organization = now.find_organization(caller.organization);
    if (organization == nullptr) return {};  // whoever asks for its key again is told
    const ProjectMode mode = mode_of(organization->policy, now, caller.project);
    const std::string renewal = "; begin another session";
    if (endpoint.own == nullptr) {
        if (mode != ProjectMode::api_keys) return {};
        return {ErrorKind::provider_key_required,
                "the project's mode is api-keys now, and this goes with the operator's key" + renewal};
    }
    if (mode == ProjectMode::credits) {
        return {ErrorKind::provider_key_required,
                "the project's mode is credits now, and this goes with an own provider key" + renewal};
    }
    const OwnKey& key = *endpoint.own->key;
    if (is_as_it_was(key, organization->policy.provider_keys)) return {};
    return {ErrorKind::provider_key_required,
            "the provider key '" + key.facts().label + "' was changed or is gone" + renewal};
}

std::shared_ptr<const Catalogue> catalogue_for(const Services& services, const Principal& caller,
                                               std::shared_ptr<const Catalogue> operators) {
    if (mode_of(caller) == ProjectMode::credits || caller.policy->provider_keys == nullptr) return operators;
    const OwnKeys::Wanted wanted{.organization = caller.organization,
                                 .keys = caller.policy->provider_keys,
                                 .operators = std::move(operators),
                                 .now_ms = wire::monotonic_ms(wire::Clock::now())};
    auto catalogue = services.own_keys->find(wanted);
    return catalogue != nullptr ? catalogue : services.own_keys->make(wanted);
}

void see_own_endpoints(const Services& services, Exchange& request) {
    auto catalogue = catalogue_for(services, request.principal, request.catalogue);
    if (catalogue != request.catalogue) request.catalogue = with_asked(std::move(catalogue), models_named(request));
}

wire::Awaitable<void> see_own_endpoints(Connection& connection) {
    Worker& worker = connection.worker();
    Exchange& request = connection.request;
    const SharedProviderKeys& keys = request.principal.policy->provider_keys;
    if (keys == nullptr) co_return;
    const OwnKeys::Wanted wanted{.organization = request.principal.organization,
                                 .keys = keys,
                                 .operators = request.catalogue,
                                 .now_ms = wire::monotonic_ms(worker.tick_time())};
    OwnKeys& own = *worker.services().own_keys;
    auto catalogue = own.find(wanted);
    if (catalogue == nullptr) co_await off_loop(connection, [&] { catalogue = own.make(wanted); });
    request.catalogue = with_asked(std::move(catalogue), models_named(request));
}

Error hold_for_own(Exchange& request, HeldRequest& held, Plan& plan, Error error, const CreditConfig& config) {
    const bool is_of_money = error.kind() == ErrorKind::insufficient_credits ||
                             error.kind() == ErrorKind::key_limit_exceeded ||
                             error.kind() == ErrorKind::budget_exceeded;
    if (!is_of_money || plan.all_own() || !plan.keep_own()) return error;
    if (request.explanation != nullptr) request.explanation->operators_unpaid();
    request.attempt.endpoint = plan[0].endpoint;
    return held.take(request, plan.endpoints(), config);
}

}  // namespace tollgate
