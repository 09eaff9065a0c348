#include "gateway/routing/own_routes.h"

#include <algorithm>
#include <tuple>

#include "gateway/routing/mix_bits.h"

namespace tollgate {
namespace {

constexpr std::int64_t kWhole = 10'000;  // hundredths of a percent
constexpr std::uint64_t kAnyModel = 0;   // in place of an identity: what no list names

// Half up, as costs are.
std::int64_t part_of(std::int64_t price, std::int64_t hundredths) {
    const __int128 product = static_cast<__int128>(price) * hundredths;
    return static_cast<std::int64_t>((product + kWhole / 2) / kWhole);
}

Prices part_of(const Prices& prices, std::int64_t hundredths) {
    return {.prompt = part_of(prices.prompt, hundredths),
            .completion = part_of(prices.completion, hundredths),
            .cache_read = part_of(prices.cache_read, hundredths),
            .cache_write = part_of(prices.cache_write, hundredths),
            .cache_write_1h = part_of(prices.cache_write_1h, hundredths),
            .per_request = part_of(prices.per_request, hundredths)};
}

// What the organization pays for what its own account pays the provider for.
Endpoint charged_by_fee(const Endpoint& endpoint, std::int64_t hundredths) {
    Endpoint charged = endpoint;
    charged.prices = part_of(endpoint.provider_prices.value_or(endpoint.prices), hundredths);
    for (PriceTier& tier : charged.tiers) {
        tier.prices = part_of(endpoint.provider_prices.value_or(tier.prices), hundredths);
    }
    return charged;
}

std::uint64_t identity_of(const Model& model, const Endpoint& endpoint, const OwnKey& key) {
    return mix_text(mix_text(mix_text(mix_text(0, model.id), endpoint.id), endpoint.upstream_model),
                    to_uuid(key.facts().id));
}

}  // namespace

OwnRoutes::OwnRoutes(const PriceList& prices, Keys keys, std::int64_t fee_basis_points) : keys_(std::move(keys)) {
    std::ranges::sort(keys_, {}, [](const auto& key) {
        return std::tuple(key->facts().is_fallback, key->facts().priority, key->facts().id);
    });
    for (const auto& key : keys_) add_account(*key);
    add_described(prices, fee_basis_points);
    for (const auto& key : keys_) {
        if (!key->facts().is_custom) continue;
        for (const std::string& model : key->facts().allowed_models) add_custom(*key, model, nullptr);
    }
}

// Clients make up such names, as many as they like: what is learned of them is learned of the endpoint as a whole.
OwnRoutes::OwnRoutes(const Keys& keys, std::span<const std::string_view> asked) : keys_(keys) {
    for (const auto& key : keys_) {
        for (const std::string_view name : asked) {
            const std::string_view model = model_at_custom(*key, name);
            if (!model.empty()) add_custom(*key, std::string(model), &key->health_of(kAnyModel));
        }
    }
}

void OwnRoutes::add_described(const PriceList& prices, std::int64_t fee_basis_points) {
    for (const Model& model : prices.models()) {
        for (const Endpoint& endpoint : model.endpoints) {
            for (const auto& key : keys_) {
                if (key->facts().is_custom || key->provider()->name != endpoint.provider) continue;
                const Endpoint* used = &endpoint;
                if (!key->facts().deployment.empty()) {
                    Endpoint& deployed = endpoints_.emplace_back(endpoint);
                    deployed.upstream_model = key->facts().deployment;
                    used = &deployed;
                }
                const std::uint64_t identity = identity_of(model, *used, *key);
                uses_.push_back({key.get(), &key->health_of(identity), charged_by_fee(*used, fee_basis_points)});
                added_.push_back({&model, used, &uses_.back(), identity});
            }
        }
    }
}

// It has no price that anybody here knows.
void OwnRoutes::add_custom(const OwnKey& key, const std::string& name, OwnHealth* shared_health) {
    Model& model = models_.emplace_back();
    model.id = key.facts().label + "/" + name;
    model.name = model.id;
    Endpoint& endpoint = model.endpoints.emplace_back();
    endpoint.id = key.facts().label;
    endpoint.provider = key.provider()->name;
    endpoint.upstream_model = name;
    const std::uint64_t identity = identity_of(model, endpoint, key);
    OwnHealth* const health = shared_health != nullptr ? shared_health : &key.health_of(identity);
    uses_.push_back({&key, health, endpoint});
    added_.push_back({&model, &endpoint, &uses_.back(), identity});
}

// No model is asked for; whoever may use some models alone must not have others in a batch.
void OwnRoutes::add_account(const OwnKey& key) {
    static const Model kNoModel = [] {
        Model model;
        model.id = "account";
        return model;
    }();
    const bool narrow = !key.facts().allowed_models.empty();
    if (narrow || !key.provider()->takes(ModelCall::passed)) return;
    Endpoint& endpoint = endpoints_.emplace_back();
    endpoint.id = key.facts().label;
    endpoint.provider = key.provider()->name;
    const std::uint64_t identity = identity_of(kNoModel, endpoint, key);
    uses_.push_back({&key, &key.health_of(identity), endpoint});
    accounts_.push_back({&kNoModel, &endpoint, &uses_.back(), identity});
}

std::string_view model_at_custom(const OwnKey& key, std::string_view name) {
    const std::string& label = key.facts().label;
    const bool takes_any = key.facts().is_custom && key.facts().allowed_models.empty();
    const bool is_meant =
        takes_any && name.size() > label.size() + 1 && name.starts_with(label) && name[label.size()] == '/';
    return is_meant ? name.substr(label.size() + 1) : std::string_view();
}

}  // namespace tollgate
