// The member `rules` of a key: which models, providers and prices it leaves out.
#pragma once

#include <array>

#include "accounting/accounts/key_rules.h"
#include "gateway/api/call.h"

namespace tollgate {

// Of a body that has them; null clears them. `before`: what the key has so far, which may come back whatever became of
// it.
KeyRules read_key_rules(Call& call, const KeyRules& before);
void write_key_rules(const KeyRules* rules, JsonWriter& json);  // null: none

inline constexpr std::array kMaxPriceFields = {fields::usd("prompt").from(0).or_null(),
                                               fields::usd("completion").from(0).or_null()};
inline constexpr Schema kMaxPrice{"MaxPrice", kMaxPriceFields};
inline constexpr std::array kKeyRulesFields = {
    fields::texts("allow_models").note("Ids; empty: all that the organization allows"),
    fields::texts("deny_models"),
    fields::texts("allow_providers").note("Empty: all"),
    fields::texts("deny_providers"),
    fields::object("max_price", kMaxPrice).note("USD per million tokens; null: any"),
};
inline constexpr Schema kKeyRules{"KeyRules", kKeyRulesFields};
inline constexpr std::array kKeyRulesBodyFields = {
    fields::texts("allow_models").or_null(),          fields::texts("deny_models").or_null(),
    fields::texts("allow_providers").or_null(),       fields::texts("deny_providers").or_null(),
    fields::object("max_price", kMaxPrice).or_null(),
};
inline constexpr Schema kKeyRulesBody{"NewKeyRules", kKeyRulesBodyFields};
inline constexpr Field kKeyRulesField = fields::object("rules", kKeyRulesBody).or_null().note("null: none");

}  // namespace tollgate
