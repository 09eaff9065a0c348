// Which endpoints the preferences and the privacy settings of an organization, or a preset's preferences, leave out of
// a plan, and by which rule.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "accounting/accounts/organization.h"
#include "gateway/routing/catalogue.h"
#include "gateway/text/error.h"

namespace tollgate {

enum class PreferenceRule : std::uint8_t { only, ignore, max_price, data_collection, zdr };
std::string_view to_string(PreferenceRule rule);

// All of them hold: what one leaves out no other brings back.
struct PreferenceRules {
    const OrganizationPolicy& organization;
    const ProviderPreferences* preset = nullptr;  // null: it has none
};

// The first rule that leaves the endpoint out. Of data collection and retention counts what the operator declares of
// the provider; where he declares nothing it is taken to store what it is sent.
std::optional<PreferenceRule> denied_by(const PreferenceRules& rules, const CatalogueEndpoint& endpoint);

// no_allowed_provider, with the rules that leave out any of a model's endpoints. At least one endpoint, of which none
// is allowed.
Error no_allowed_provider(const PreferenceRules& rules, std::span<const CatalogueEndpoint> endpoints);

}  // namespace tollgate
