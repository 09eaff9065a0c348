#include "gateway/routing/preference_denials.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "gateway/routing/endpoint_name.h"
#include "gateway/routing/key_denials.h"
#include "gateway/routing/price_ceiling.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"only",
                                                    "ignore",
                                                    "max_price",
                                                    "data_collection",
                                                    "zdr",
                                                    "quantizations",
                                                    "require_parameters",
                                                    "enforce_distillable_text",
                                                    "allow_fallbacks"};
constexpr std::array<std::string_view, 3> kLevels = {"organization", "preset", "request"};
constexpr std::array<std::string_view, 3> kWhose = {"the organization's provider preferences and privacy",
                                                    "the preset's 'provider'", "the request's 'provider'"};

std::optional<PreferenceRule> denied_by(const PrivacySettings& privacy, const Provider& provider) {
    if (privacy.data_collection == DataCollection::deny && provider.collects_data) {
        return PreferenceRule::data_collection;
    }
    if (privacy.zdr && !provider.zero_data_retention) return PreferenceRule::zdr;
    return std::nullopt;
}

// Some precisions are kinds of others.
bool is_of(std::string_view wanted, std::string_view precision) {
    if (precision.empty()) precision = "unknown";
    if (wanted == "fp4") return precision == "fp4" || precision == "mxfp4" || precision == "nvfp4";
    if (wanted == "fp8") return precision == "fp8" || precision == "mxfp8";
    return wanted == precision;
}

std::optional<PreferenceRule> denied_by(const ProviderPreferences* preferences, ParameterSet sent,
                                        const CatalogueEndpoint& endpoint) {
    if (preferences == nullptr) return std::nullopt;
    const ProviderPreferences& by = *preferences;
    if (!by.only.empty() && !is_named_in(by.only, endpoint)) return PreferenceRule::only;
    if (is_named_in(by.ignore, endpoint)) return PreferenceRule::ignore;
    if (!by.allow_fallbacks.value_or(true) && !by.order.empty() && !is_named_in(by.order, endpoint)) {
        return PreferenceRule::allow_fallbacks;
    }
    if (is_dearer(*endpoint.endpoint, by.max_price)) return PreferenceRule::max_price;
    const auto is_wanted = [&](const std::string& one) { return is_of(one, endpoint.endpoint->quantization); };
    if (!by.quantizations.empty() && std::ranges::none_of(by.quantizations, is_wanted)) {
        return PreferenceRule::quantizations;
    }
    if (by.require_parameters.value_or(false) && !endpoint.parameters.has_all(sent)) {
        return PreferenceRule::require_parameters;
    }
    if (by.enforce_distillable_text.value_or(false)) return PreferenceRule::enforce_distillable_text;
    const PrivacySettings privacy{.data_collection = by.data_collection.value_or(DataCollection::allow),
                                  .zdr = by.zdr.value_or(false)};
    return denied_by(privacy, *endpoint.provider);
}

}  // namespace

bool requires_parameters(const PreferenceRules& rules) {
    const auto requires_them = [](const ProviderPreferences* one) {
        return one != nullptr && one->require_parameters.value_or(false);
    };
    return requires_them(rules.organization.provider.get()) || requires_them(rules.preset) ||
           requires_them(rules.request);
}

std::string_view to_string(PreferenceRule rule) { return kNames.at(static_cast<std::size_t>(rule)); }
std::string_view to_string(PreferenceLevel level) { return kLevels.at(static_cast<std::size_t>(level)); }

std::optional<PreferenceDenial> denied_by(const PreferenceRules& rules, const CatalogueEndpoint& endpoint) {
    using Level = PreferenceLevel;
    if (const auto rule = denied_by(rules.organization.privacy, *endpoint.provider)) {
        return PreferenceDenial{*rule, Level::organization};
    }
    const std::array<std::pair<Level, const ProviderPreferences*>, 3> levels = {
        {{Level::organization, rules.organization.provider.get()},
         {Level::preset, rules.preset},
         {Level::request, rules.request}}};
    for (const auto& [level, preferences] : levels) {
        if (const auto rule = denied_by(preferences, rules.sent, endpoint)) return PreferenceDenial{*rule, level};
    }
    return std::nullopt;
}

Error no_allowed_provider(const PreferenceRules& rules, const KeyRules* key,
                          std::span<const CatalogueEndpoint> endpoints) {
    std::set<PreferenceRule> found;
    std::set<PreferenceLevel> levels;
    std::set<KeyRule> of_key;
    for (const CatalogueEndpoint& endpoint : endpoints) {
        if (const auto rule = key == nullptr ? std::nullopt : denied_by(*key, endpoint)) {
            of_key.insert(*rule);
            continue;
        }
        const auto denial = denied_by(rules, endpoint);
        if (!denial) continue;
        found.insert(denial->rule);
        levels.insert(denial->level);
    }
    std::string names, whose;
    JsonWriter members;
    members.key("rules").array();
    for (const PreferenceRule rule : found) {
        names.append(names.empty() ? "" : ", ").append(to_string(rule));
        members.text(to_string(rule));
    }
    for (const KeyRule rule : of_key) {
        names.append(names.empty() ? "" : ", ").append(to_string(rule));
        members.text(to_string(rule));
    }
    for (const PreferenceLevel level : levels) {
        whose.append(whose.empty() ? "" : " and ").append(kWhose.at(static_cast<std::size_t>(level)));
    }
    if (!of_key.empty()) whose += " and the rules of this key";
    const bool others = !levels.contains(PreferenceLevel::request);
    Error error(ErrorKind::no_allowed_provider,
                whose + " (" + names + ") leave out whatever serves the model '" + endpoints.front().model->id + "'" +
                    (others ? "; owners and admins can change them" : ""),
                "provider");
    error.detail().extra = members.end().take();
    return error;
}

}  // namespace tollgate
