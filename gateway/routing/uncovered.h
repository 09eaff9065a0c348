// Why a request has no endpoint: nobody serves the model, or no endpoint's prices cover what else it asks for. What is
// said tells the client and the operator what each can do.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/chat/dialect/media_set.h"
#include "gateway/chat/dialect/paid_extras.h"
#include "gateway/routing/catalogue.h"
#include "gateway/text/error.h"

namespace tollgate {

// Called at an organization's own server: nobody here knows what that can do, and nothing of it is charged.
inline bool is_at_own_server(const CatalogueEndpoint& endpoint) {
    return endpoint.own != nullptr && endpoint.own->key->facts().is_custom;
}

// Whether the endpoint's prices are those of everything that is asked for.
bool covers(const CatalogueEndpoint& endpoint, const PaidExtras& extras);

// What of the prompt the model does not take, going by its list; none: it takes all.
std::optional<Medium> untaken_medium(const Model& model, MediaSet media);

// Of a request that names such a model. `field` holds the prompt.
Error untaken_error(const Model& model, Medium medium, std::string_view field);

// Where none of a model's endpoints does. At least one.
Error uncovered_error(std::span<const CatalogueEndpoint> endpoints, const PaidExtras& extras);

// Of a model that cannot be called. Names similar ones, of those that the caller may know.
using MayKnow = std::function<bool(const Model& model)>;
std::string not_found_message(const Catalogue& catalogue, std::string_view name, const MayKnow& may_know);

}  // namespace tollgate
