// Where an organization's own keys lead: endpoints of the price list at the keys' providers, models of its own custom
// endpoints, addressed LABEL/model, and its accounts. A catalogue is made of them and the operator's endpoints.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/catalogue/price_list.h"
#include "gateway/routing/own_key.h"

namespace tollgate {

struct OwnEndpoint {
    const Model* model;
    const Endpoint* endpoint;
    const OwnUse* use;
    std::uint64_t identity;
};

// Addresses in it stay as long as it lives.
class OwnRoutes {
  public:
    using Keys = std::vector<std::shared_ptr<const OwnKey>>;

    // `fee_basis_points`: hundredths of a percent of the provider's prices.
    OwnRoutes(const PriceList& prices, Keys keys, std::int64_t fee_basis_points);
    // To models of custom endpoints that take any, by the names that one request gives them.
    OwnRoutes(const Keys& keys, std::span<const std::string_view> asked);
    OwnRoutes(const OwnRoutes&) = delete;
    OwnRoutes& operator=(const OwnRoutes&) = delete;

    const std::vector<OwnEndpoint>& endpoints() const { return added_; }  // in the order of the price list
    // One for each key whose provider speaks OpenAI's API, for what its account has stored; the first to be asked
    // first.
    const std::vector<OwnEndpoint>& accounts() const { return accounts_; }
    const std::deque<Model>& own_models() const { return models_; }
    const Keys& keys() const { return keys_; }  // the first to be asked first

  private:
    void add_described(const PriceList& prices, std::int64_t fee_basis_points);
    void add_custom(const OwnKey& key, const std::string& name, OwnHealth* shared_health);
    void add_account(const OwnKey& key);

    Keys keys_;
    std::deque<Model> models_;
    std::deque<Endpoint> endpoints_;  // of deployments and accounts
    std::deque<OwnUse> uses_;
    std::vector<OwnEndpoint> added_, accounts_;
};

// The model that a name asks for at the key's custom endpoint, which takes any: what is behind "LABEL/". Empty: none.
std::string_view model_at_custom(const OwnKey& key, std::string_view name);

}  // namespace tollgate
