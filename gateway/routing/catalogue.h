// Which models can be called now and where: the price list crossed with the configured providers. Immutable but for
// what an endpoint refused. A reload makes a new one; requests keep the one that they began with.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/catalogue/price_list.h"
#include "gateway/routing/own_routes.h"
#include "gateway/routing/parameter_set.h"
#include "gateway/routing/provider.h"

namespace tollgate {

struct CatalogueEndpoint {
    const Model* model;
    const Endpoint* endpoint;
    const Provider* provider;
    std::size_t number;                               // 1.., names the endpoint in counters and histories; 0: none does
    std::string model_json = {}, provider_json = {};  // their names as JSON strings
    std::uint64_t identity = 0;                       // the same at every start, for draws
    ParameterSet parameters = ParameterSet::all();    // that it takes, as far as is known
    // Learned: until when, in monotonic ms, streams go without stream_options, for which it refused one.
    static constexpr std::int64_t kStreamOptionsRefusedMs = 3'600'000;
    std::shared_ptr<std::atomic<std::int64_t>> stream_options_refused_until =
        std::make_shared<std::atomic<std::int64_t>>(0);
    std::string_view provider_title = {};  // its name for people, as lists show it; empty: nobody has said it
    bool model_has_flex = false;           // somewhere here it has a price for the service tier `flex`
    const OwnUse* own = nullptr;           // called with an organization's own key; null: with the operator's

    // What the organization is charged by.
    const Endpoint& charged() const { return own == nullptr ? *endpoint : own->charged; }
    PricePair price_pair_for(std::int64_t prompt_tokens) const {
        const PricePair pair = endpoint->price_pair_for(prompt_tokens);
        return own == nullptr ? pair : PricePair{own->charged.prices_for(prompt_tokens), pair.provider};
    }
    KeyAllowances key_allowances = {};  // learned: of its provider's keys, where there are several

    bool takes_stream_options(std::int64_t monotonic_ms) const {
        return provider->stream_options &&
               monotonic_ms >= stream_options_refused_until->load(std::memory_order_relaxed);
    }
};

class Catalogue {
  public:
    static constexpr std::size_t kMostAddedEndpoints = 256;  // by reloads: counters have room for so many

    // Endpoints of providers that are not configured are left out; `providers` must outlive the catalogue. An endpoint
    // that `before` has keeps its number and what was learned of it; no number is given twice.
    Catalogue(std::shared_ptr<const PriceList> prices, const std::vector<Provider>& providers,
              const Catalogue* before = nullptr);
    // The operator's, and those of one organization behind them: for its requests alone.
    Catalogue(std::shared_ptr<const Catalogue> operators, std::shared_ptr<const OwnRoutes> own);
    // Such a one, and models of custom endpoints by names that it does not know: for one request. They can be found,
    // and are not listed.
    Catalogue(std::shared_ptr<const Catalogue> known, std::span<const std::string_view> asked);

    // Endpoints of a model (by id or alias) in the price list's order; empty if it can't be called.
    std::span<const CatalogueEndpoint> find(std::string_view model) const;
    // The model if it is callable, else null.
    const Model* model(std::string_view name) const;
    const std::vector<const Model*>& models() const { return listing().models_; }
    std::span<const CatalogueEndpoint> endpoints() const { return listing().endpoints_; }
    // Of any endpoint that can be found: a number of its own below places().
    std::size_t place_of(const CatalogueEndpoint& endpoint) const;
    std::size_t places() const { return listing().endpoints_.size() + (known_ == nullptr ? 0 : endpoints_.size()); }
    // Of no model: the organization's own accounts at providers, the first to be asked first.
    std::span<const CatalogueEndpoint> accounts() const { return listing().accounts_; }
    const OwnRoutes* own_routes() const { return own_.get(); }  // null: it is the operator's
    const PriceList& prices() const { return *prices_; }
    // The operator's, whether they serve a model or not.
    std::span<const Provider> providers() const { return providers_; }
    const Provider* provider(std::string_view name) const;  // of these; null: there is none
    // Names of providers that the price list has models of, and that are not configured; each once.
    std::vector<std::string> missing_providers() const;
    std::size_t numbers() const { return numbers_; }                    // the greatest that was given
    std::size_t room_for_numbers() const { return room_for_numbers_; }  // the greatest that may be, since the start

  private:
    void add_own(const OwnEndpoint& one, std::vector<CatalogueEndpoint>& to);
    void add_model(const Model& model, std::size_t begin);  // whose endpoints are the last ones
    const Model* named(std::string_view name) const;        // callable or not; null: there is none
    const Catalogue& listing() const { return known_ == nullptr ? *this : *known_; }

    struct Range {
        std::size_t begin = 0, end = 0;
    };
    std::shared_ptr<const PriceList> prices_;
    std::span<const Provider> providers_;
    std::vector<const Model*> models_;
    std::vector<CatalogueEndpoint> endpoints_, accounts_;
    std::unordered_map<const Model*, Range> by_model_;
    std::shared_ptr<const Catalogue> operators_;  // null: it is this one
    std::shared_ptr<const OwnRoutes> own_;        // null: none
    std::shared_ptr<const Catalogue> known_;      // has all but the models that were asked for; null: it is this one
    std::unordered_map<std::string_view, const Model*> own_models_;
    std::size_t numbers_ = 0;
    std::size_t room_for_numbers_ = 0;
};

// The catalogue that is in force, for any thread. Workers have their own reference.
class CurrentCatalogue {
  public:
    std::shared_ptr<const Catalogue> get() const {
        const std::lock_guard lock(mutex_);
        return catalogue_;
    }
    void set(std::shared_ptr<const Catalogue> catalogue) {
        const std::lock_guard lock(mutex_);
        catalogue_ = std::move(catalogue);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Catalogue> catalogue_;  // guarded by mutex_
};

}  // namespace tollgate
