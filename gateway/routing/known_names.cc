#include "gateway/routing/known_names.h"

#include <algorithm>
#include <vector>

#include "accounting/accounts/provider_key.h"
#include "gateway/routing/endpoint_name.h"
#include "gateway/routing/model_address.h"

namespace tollgate {
namespace {

template <class Passes>
const ProviderKey* find_key(const OrganizationPolicy& policy, Passes passes) {
    if (policy.provider_keys == nullptr) return nullptr;
    const auto found = std::ranges::find_if(*policy.provider_keys, [&](const auto& one) { return passes(*one); });
    return found == policy.provider_keys->end() ? nullptr : found->get();
}

// label/model, with or without variants.
bool names_own_model(const OrganizationPolicy& policy, std::string_view name) {
    const auto is_of = [name](const ProviderKey& key) {
        const std::string& label = key.label;
        if (key.provider != kCustomProvider || !name.starts_with(label + "/") || name.size() == label.size() + 1)
            return false;
        const std::string_view model = name.substr(label.size() + 1);
        const auto is_meant = [model](const std::string& one) { return model == one || model.starts_with(one + ":"); };
        return key.allowed_models.empty() || std::ranges::any_of(key.allowed_models, is_meant);
    };
    return find_key(policy, is_of) != nullptr;
}

// Of the price list, at a provider that the organization has a key of.
const Model* reached_by_own_key(const NameScope& scope, std::string_view name) {
    const Model* const model = scope.operators.prices().find(name);
    if (model == nullptr) return nullptr;
    const auto serves_it = [model](const ProviderKey& key) {
        return std::ranges::find(model->endpoints, key.provider, &Endpoint::provider) != model->endpoints.end();
    };
    return find_key(scope.policy, serves_it) == nullptr ? nullptr : model;
}

}  // namespace

NamedModel judge_model(const NameScope& scope, std::string_view name) {
    const ModelAddress address = find_model(scope.operators, name);
    const bool is_served = address.found() && !address.variants.has(Variant::online);
    if (is_served && (address.any || !address.family.empty())) return NamedModel::usable;
    const Model* const model = is_served ? address.endpoints.front().model : reached_by_own_key(scope, name);
    if (model == nullptr && !names_own_model(scope.policy, name)) return NamedModel::unknown;
    const std::vector<std::string>& allowed = scope.policy.allowed_models;
    const std::string_view id = model == nullptr ? name : std::string_view(model->id);
    const bool is_allowed = allowed.empty() || std::ranges::binary_search(allowed, id);
    return is_allowed ? NamedModel::usable : NamedModel::not_allowed;
}

std::optional<std::string> model_id(const NameScope& scope, std::string_view name) {
    const Model* model = scope.operators.model(name);
    if (model == nullptr) model = reached_by_own_key(scope, name);
    if (model != nullptr) return model->id;
    return names_own_model(scope.policy, name) ? std::optional(std::string(name)) : std::nullopt;
}

bool names_provider(const NameScope& scope, std::string_view name) {
    const auto is_meant = [name](const CatalogueEndpoint& one) { return is_named(name, one); };
    if (same_name(name, kCustomProvider) || std::ranges::any_of(scope.operators.endpoints(), is_meant)) return true;
    const auto is_of = [name](const ProviderKey& key) {
        return same_name(name, key.provider) || same_name(name, key.label);
    };
    return find_key(scope.policy, is_of) != nullptr;
}

std::optional<std::string> provider_slug(const NameScope& scope, std::string_view name) {
    if (same_name(name, kCustomProvider)) return std::string(kCustomProvider);
    const auto is_of = [name](const CatalogueEndpoint& one) { return is_of_provider(name, one); };
    const auto found = std::ranges::find_if(scope.operators.endpoints(), is_of);
    if (found != scope.operators.endpoints().end()) return found->provider->name;
    const ProviderKey* const key =
        find_key(scope.policy, [name](const ProviderKey& one) { return same_name(name, one.provider); });
    return key == nullptr ? std::nullopt : std::optional(key->provider);
}

}  // namespace tollgate
