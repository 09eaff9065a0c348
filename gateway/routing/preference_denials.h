// Which endpoints preferences and privacy settings leave out of a plan, by which rule and whose: the organization's,
// those of a preset that the request names, and the request's own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "accounting/accounts/key_rules.h"
#include "accounting/accounts/organization.h"
#include "gateway/routing/catalogue.h"
#include "gateway/text/error.h"

namespace tollgate {

enum class PreferenceRule : std::uint8_t {
    only,
    ignore,
    max_price,
    data_collection,
    zdr,
    quantizations,
    require_parameters,
    enforce_distillable_text,
    allow_fallbacks,  // false, beside an order: no other than those
};
std::string_view to_string(PreferenceRule rule);

enum class PreferenceLevel : std::uint8_t { organization, preset, request };
std::string_view to_string(PreferenceLevel level);

// All of them hold: what one leaves out no other brings back.
struct PreferenceRules {
    const OrganizationPolicy& organization;
    const ProviderPreferences* preset = nullptr;   // null: it has none
    const ProviderPreferences* request = nullptr;  // null: it has none
    ParameterSet sent = {};                        // what the request has
};

struct PreferenceDenial {
    PreferenceRule rule;
    PreferenceLevel level;
    bool operator==(const PreferenceDenial&) const = default;
};

// The first rule that leaves the endpoint out. Of data collection, retention and precision counts what is declared;
// what is not declared is taken to be the worst. Only of parameters nothing declared means that it may take them.
std::optional<PreferenceDenial> denied_by(const PreferenceRules& rules, const CatalogueEndpoint& endpoint);

// Whether any level wants every parameter to have its effect.
bool requires_parameters(const PreferenceRules& rules);

// no_allowed_provider, with the rules that leave out any of a model's endpoints, the key's among them (null: it has
// none). At least one endpoint, of which none is allowed.
Error no_allowed_provider(const PreferenceRules& rules, const KeyRules* key,
                          std::span<const CatalogueEndpoint> endpoints);

}  // namespace tollgate
