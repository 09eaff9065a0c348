// Which endpoints a key's rules leave out of a plan, and by which rule.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "accounting/accounts/key_rules.h"
#include "gateway/routing/catalogue.h"
#include "gateway/text/error.h"

namespace tollgate {

enum class KeyRule : std::uint8_t { allow_models, deny_models, allow_providers, deny_providers, max_price };
std::string_view to_string(KeyRule rule);

// The first rule that leaves the endpoint out.
std::optional<KeyRule> denied_by(const KeyRules& rules, const CatalogueEndpoint& endpoint);

// key_rule_denied, with the rules that leave out a model's endpoints, where they leave out all; else none. At least one
// endpoint.
Error denied_error(const KeyRules& rules, std::span<const CatalogueEndpoint> endpoints);

}  // namespace tollgate
