// An organization's own key at a provider, opened: the provider as the key reaches it, and what an attempt there is
// authenticated with. Immutable but for what is learned of its health; requests keep it that began with it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/money/ids.h"
#include "gateway/catalogue/model.h"
#include "gateway/routing/health/health_board.h"
#include "gateway/routing/provider.h"

namespace tollgate {

// Of one endpoint by one key: a key that is revoked or used up says nothing of the same endpoint by another one. Any
// thread.
class OwnHealth {
  public:
    explicit OwnHealth(const BreakerOptions& options) : breaker_(options) {}
    RoutingHealth now(std::int64_t now_ms) const;
    CircuitBreaker& breaker() { return breaker_; }
    const CircuitBreaker& breaker() const { return breaker_; }
    void rest_until(std::int64_t until_ms, std::int64_t now_ms);
    std::int64_t rests_until_ms() const { return rests_until_ms_.load(std::memory_order_relaxed); }
    // As CatalogueEndpoint has it.
    const std::shared_ptr<std::atomic<std::int64_t>>& stream_options_refused_until() const {
        return stream_options_refused_until_;
    }

  private:
    CircuitBreaker breaker_;
    std::atomic<std::int64_t> rests_until_ms_{0};
    const std::shared_ptr<std::atomic<std::int64_t>> stream_options_refused_until_ =
        std::make_shared<std::atomic<std::int64_t>>(0);
};

class OwnKey {
  public:
    struct Facts {
        Id128 id = {};
        std::int64_t version = 0;
        std::string label = {};
        std::int64_t priority = 0;
        bool is_fallback = false;
        bool is_custom = false;                        // at a place that no catalogue describes
        std::vector<std::string> allowed_models = {};  // empty: all, as is the next
        std::vector<std::string> allowed_keys = {};    // hashes
        std::string deployment = {};                   // that the one allowed model is; empty: named like the model
        bool is_opened = true;                         // else it has no credential now, and no request goes with it
    };

    OwnKey(Facts facts, Provider provider, Credential credential, const BreakerOptions& options = {})
        : facts_(std::move(facts)),
          provider_(std::make_shared<const Provider>(std::move(provider))),
          credential_(std::move(credential)),
          options_(options) {}

    const Facts& facts() const { return facts_; }
    const std::shared_ptr<const Provider>& provider() const { return provider_; }
    const Credential& credential() const { return credential_; }

    bool allows_model(const Model& model) const;
    // `hash`: of the calling key; empty: nobody in particular asks.
    bool allows_key(std::string_view hash) const {
        return hash.empty() || facts_.allowed_keys.empty() ||
               std::ranges::find(facts_.allowed_keys, hash) != facts_.allowed_keys.end();
    }
    // Lives as long as the key. `endpoint`: CatalogueEndpoint::identity of the operator's, or what is as good.
    OwnHealth& health_of(std::uint64_t endpoint) const;

  private:
    const Facts facts_;
    const std::shared_ptr<const Provider> provider_;
    const Credential credential_;
    const BreakerOptions options_;
    mutable std::mutex mutex_;
    mutable std::map<std::uint64_t, OwnHealth> health_;  // guarded by mutex_
};

// What an endpoint has besides where it is called with an organization's own key.
struct OwnUse {
    const OwnKey* key = nullptr;
    OwnHealth* health = nullptr;
    Endpoint charged = {};  // what the organization is charged by: a fee of the provider's prices, or nothing
};

}  // namespace tollgate
