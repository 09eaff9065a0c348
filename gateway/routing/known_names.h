// Which models and providers an organization's settings may name: those that its requests may, be they the operator's
// or reached by its own keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/organization.h"
#include "gateway/routing/catalogue.h"

namespace tollgate {

struct NameScope {
    const Catalogue& operators;  // in force
    const OrganizationPolicy& policy;
};

enum class NamedModel : std::uint8_t { unknown, not_allowed, usable };
// Of a name in any form that a request may have, as auto, ~author/family-latest or model:floor.
NamedModel judge_model(const NameScope& scope, std::string_view name);
// The id of one model, by its id or an alias; none: there is no such model.
std::optional<std::string> model_id(const NameScope& scope, std::string_view name);

// A provider's, an endpoint's or an own key's label.
bool names_provider(const NameScope& scope, std::string_view name);
// The name of one provider, as endpoints have it; none: there is no such provider.
std::optional<std::string> provider_slug(const NameScope& scope, std::string_view name);

}  // namespace tollgate
