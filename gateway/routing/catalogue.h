// Which models can be called now and where: the price list crossed with the configured providers. Immutable but for
// what an endpoint refused.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/money/price_list.h"
#include "gateway/routing/provider.h"

namespace tollgate {

struct CatalogueEndpoint {
    const Model* model;
    const Endpoint* endpoint;
    const Provider* provider;
    std::size_t number;                               // 1.., names the endpoint in counters
    std::string model_json = {}, provider_json = {};  // their names as JSON strings
    // Learned: it refused a stream for its stream_options.
    std::unique_ptr<std::atomic<bool>> refuses_stream_options = std::make_unique<std::atomic<bool>>(false);

    bool takes_stream_options() const {
        return provider->stream_options && !refuses_stream_options->load(std::memory_order_relaxed);
    }
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
    // Names of providers that the price list has models of, and that are not configured; each once.
    std::vector<std::string> missing_providers() const;

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
