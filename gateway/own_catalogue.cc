#include "gateway/own_catalogue.h"

#include <array>
#include <boost/container/small_vector.hpp>

#include "gateway/client/connection.h"
#include "gateway/exchange/route_explanation.h"
#include "gateway/off_loop.h"
#include "gateway/worker.h"

namespace tollgate {

ProjectMode mode_of(const Principal& principal) {
    if (principal.policy == nullptr || !principal.policy->own_keys_below) return ProjectMode::credits;
    const Project* const project = principal.directory->find_project(principal.project);
    return project == nullptr ? ProjectMode::credits : project->mode;
}

std::shared_ptr<const Catalogue> catalogue_for(const Services& services, const Principal& caller,
                                               std::shared_ptr<const Catalogue> operators,
                                               std::span<const std::string_view> models) {
    if (mode_of(caller) == ProjectMode::credits || caller.policy->provider_keys == nullptr) return operators;
    const OwnKeys::Wanted wanted{.organization = caller.organization,
                                 .keys = caller.policy->provider_keys,
                                 .operators = std::move(operators),
                                 .models = models,
                                 .now_ms = wire::monotonic_ms(wire::Clock::now())};
    auto catalogue = services.own_keys->find(wanted);
    return catalogue != nullptr ? catalogue : services.own_keys->make(wanted);
}

wire::Awaitable<void> see_own_endpoints(Connection& connection, std::string_view model) {
    Worker& worker = connection.worker();
    Exchange& request = connection.request;
    const SharedProviderKeys& keys = request.principal.policy->provider_keys;
    if (keys == nullptr) co_return;
    boost::container::small_vector<std::string_view, 4> models;
    if (!model.empty()) models.push_back(model);
    for (const std::string& name : request.choice.fallbacks) models.emplace_back(name);
    const OwnKeys::Wanted wanted{.organization = request.principal.organization,
                                 .keys = keys,
                                 .operators = request.catalogue,
                                 .models = models,
                                 .now_ms = wire::monotonic_ms(worker.tick_time())};
    OwnKeys& own = *worker.services().own_keys;
    auto catalogue = own.find(wanted);
    if (catalogue == nullptr) co_await off_loop(connection, [&] { catalogue = own.make(wanted); });
    request.catalogue = std::move(catalogue);
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
