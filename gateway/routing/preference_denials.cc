#include "gateway/routing/preference_denials.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "gateway/routing/price_ceiling.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"only", "ignore", "max_price", "data_collection", "zdr"};

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::binary_search(names, name);
}

std::optional<PreferenceRule> denied_by(const PrivacySettings& privacy, const Provider& provider) {
    if (privacy.data_collection == DataCollection::deny && provider.collects_data) {
        return PreferenceRule::data_collection;
    }
    if (privacy.zdr && !provider.zero_data_retention) return PreferenceRule::zdr;
    return std::nullopt;
}

std::optional<PreferenceRule> denied_by(const ProviderPreferences* preferences, const CatalogueEndpoint& endpoint) {
    if (preferences == nullptr) return std::nullopt;
    const std::string& provider = endpoint.provider->name;
    if (!preferences->only.empty() && !has(preferences->only, provider)) return PreferenceRule::only;
    if (has(preferences->ignore, provider)) return PreferenceRule::ignore;
    if (is_dearer(*endpoint.endpoint, preferences->max_price)) return PreferenceRule::max_price;
    const PrivacySettings privacy{.data_collection = preferences->data_collection.value_or(DataCollection::allow),
                                  .zdr = preferences->zdr.value_or(false)};
    return denied_by(privacy, *endpoint.provider);
}

}  // namespace

std::string_view to_string(PreferenceRule rule) { return kNames.at(static_cast<std::size_t>(rule)); }

std::optional<PreferenceRule> denied_by(const PreferenceRules& rules, const CatalogueEndpoint& endpoint) {
    if (const auto rule = denied_by(rules.organization.privacy, *endpoint.provider)) return rule;
    if (const auto rule = denied_by(rules.organization.provider.get(), endpoint)) return rule;
    return denied_by(rules.preset, endpoint);
}

Error no_allowed_provider(const PreferenceRules& rules, std::span<const CatalogueEndpoint> endpoints) {
    std::set<PreferenceRule> found;
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (const auto rule = denied_by(rules, endpoint)) found.insert(*rule);
    }
    std::string names;
    JsonWriter members;
    members.key("rules").array();
    for (const PreferenceRule rule : found) {
        names.append(names.empty() ? "" : ", ").append(to_string(rule));
        members.text(to_string(rule));
    }
    Error error(ErrorKind::no_allowed_provider,
                "the organization's provider preferences and privacy, or the preset's (" + names +
                    "), leave out whatever serves the model '" + endpoints.front().model->id +
                    "'; owners and admins can change them",
                "provider");
    error.detail().extra = members.end().take();
    return error;
}

}  // namespace tollgate
