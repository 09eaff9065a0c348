// What an organization's own keys change for a request, where the mode of its project says so: which catalogue it sees,
// and what becomes of it without credit.
#pragma once

#include <memory>

#include "gateway/exchange/held_request.h"
#include "gateway/routing/plan.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;
struct Services;

ProjectMode mode_of(const Principal& principal);

// Whether what the caller began with the endpoint's credential may go on with it, by the directory as it is now.
// provider_key_required: the own key was changed or has ended, or the project's mode is another.
Error check_credential(const Directory& now, const Principal& caller, const CatalogueEndpoint& endpoint);

// For threads that may block. `operators`: the catalogue in force.
std::shared_ptr<const Catalogue> catalogue_for(const Services& services, const Principal& caller,
                                               std::shared_ptr<const Catalogue> operators);

// Puts it in place of the request's catalogue, which is the operator's, with the models of own endpoints that the
// request has chosen; in a mode that has own keys used.
wire::Awaitable<void> see_own_endpoints(Connection& connection);
// For threads that may block; in any mode.
void see_own_endpoints(const Services& services, Exchange& request);

// After `error`, for which nothing could be held. Where it is one of money, what own keys pay for may go on alone: the
// rest is left out of the plan, and that is held for.
Error hold_for_own(Exchange& request, HeldRequest& held, Plan& plan, Error error, const CreditConfig& config);

}  // namespace tollgate
