// Which models can be called now and where: the price list crossed with the configured providers. Immutable but for
// what is learned of each endpoint.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/credit/prompt_history.h"
#include "accounting/money/price_list.h"
#include "gateway/routing/provider.h"

namespace tollgate {

struct CatalogueEndpoint {
    const Model* model;
    const Endpoint* endpoint;
    const Provider* provider;
    std::size_t number;                               // 1.., names the endpoint in counters
    std::string model_json = {}, provider_json = {};  // their names as JSON strings
    std::unique_ptr<PromptHistory> prompts = std::make_unique<PromptHistory>();
};

class Catalogue {
  public:
    // Endpoints of providers that are not configured are left out. Both arguments must outlive the catalogue.
    Catalogue(std::shared_ptr<const PriceList> prices, const std::vector<Provider>& providers);

    // Endpoints of a model (by id or alias) in the price list's order; empty if it can't be called.
    std::span<const CatalogueEndpoint> find(std::string_view model) const;
    // The model if it is callable, else null.
    const Model* model(std::string_view name) const;
    const std::vector<const Model*>& models() const { return models_; }
    std::span<const CatalogueEndpoint> endpoints() const { return endpoints_; }
    const PriceList& prices() const { return *prices_; }

  private:
    struct Range {
        std::size_t begin = 0, end = 0;
    };
    std::shared_ptr<const PriceList> prices_;
    std::vector<const Model*> models_;
    std::vector<CatalogueEndpoint> endpoints_;
    std::unordered_map<const Model*, Range> by_model_;
};

}  // namespace tollgate
