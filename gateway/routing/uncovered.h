// Why a request has no endpoint: nobody serves the model, or no endpoint's prices cover what else it asks for. What is
// said tells the client and the operator what each can do.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/chat/dialect/paid_extras.h"
#include "gateway/routing/catalogue.h"
#include "gateway/text/error.h"

namespace tollgate {

// Whether the endpoint's prices are those of everything that is asked for.
bool covers(const CatalogueEndpoint& endpoint, const PaidExtras& extras);

// Where none of a model's endpoints does. At least one.
Error uncovered_error(std::span<const CatalogueEndpoint> endpoints, const PaidExtras& extras);

// Of a model that cannot be called; names similar ones.
std::string not_found_message(const Catalogue& catalogue, std::string_view name);

}  // namespace tollgate
