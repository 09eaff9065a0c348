// What of the catalogue a caller may use: the same rules as those of a plan, so that what is listed can be called.
#pragma once

#include <span>
#include <vector>

#include "gateway/exchange/exchange.h"
#include "gateway/routing/catalogue.h"

namespace tollgate {

struct ListedModel {
    const Model* model;
    std::vector<const CatalogueEndpoint*> endpoints;  // at least one, in the order of the catalogue
};

// Endpoints that neither the caller's organization, the rules of the key nor the mode of its project leave out; for
// callers of no organization, all of them. Each once, with however many credentials it can be called.
std::vector<const CatalogueEndpoint*> callable_endpoints(const Principal& caller,
                                                         std::span<const CatalogueEndpoint> endpoints);
// Models of which any endpoint is left that takes requests that name no service tier.
std::vector<ListedModel> callable_models(const Principal& caller, const Catalogue& catalogue);

}  // namespace tollgate
