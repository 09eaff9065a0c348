// What one key may not call although its organization may: models, providers and prices that its rules leave out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/accounts/seldom.h"
#include "accounting/money/money.h"

namespace tollgate {

inline constexpr std::size_t kMostRuleNames = 100;  // of each list

struct KeyRules {
    // Ids of models and names of providers, in order. Of what is allowed an empty list is all; what is denied is denied
    // whatever is allowed.
    std::vector<std::string> allow_models = {}, deny_models = {}, allow_providers = {}, deny_providers = {};
    std::optional<NanoUsd> most_prompt = {}, most_completion = {};  // of the price of a million tokens

    bool empty() const { return *this == KeyRules(); }
    bool operator==(const KeyRules&) const = default;
};

using CompactKeyRules = Seldom<KeyRules>;  // most keys have none

// As JSON, and from it; empty: none.
std::string json_of(const CompactKeyRules& rules);
// corrupt: says what is wrong; `document` names where it stands.
Result<KeyRules> read_key_rules(std::string_view document, std::string_view json);

}  // namespace tollgate
