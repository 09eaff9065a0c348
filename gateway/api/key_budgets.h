// What bounds the spending of a key: its own budget, and those of whomever it spends for.
#pragma once

#include <string_view>
#include <vector>

#include "accounting/accounts/directory.h"
#include "accounting/credit/credit.h"
#include "gateway/api/schema.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

struct KeyBudget {
    std::string_view scope;  // OpenRouter's word where it has one
    LimitReset reset = LimitReset::lifetime;
    NanoUsd limit, spent;
    NanoUsd left() const { return spent < limit ? limit - spent : NanoUsd{}; }
};

// Of the organization, the project, the member and the key, in this order; those that have one. A personal token that
// infers spends in the default project, for its person. The key must be of the directory.
std::vector<KeyBudget> budgets_of(const Directory& directory, CreditTable& credits, const Organization& spent_in,
                                  const KeyRecord& key, std::int64_t now_ms);
// The one with the least left; nullptr: nothing bounds the key.
const KeyBudget* binding_budget(const std::vector<KeyBudget>& budgets);

// The members "budgets" and "effective_budget" of OpenRouter's key.
void write_budgets(const std::vector<KeyBudget>& budgets, std::int64_t now_ms, JsonWriter& json);

inline constexpr std::array kKeyBudgetFields = {
    fields::text("scope").one_of("organization|workspace|member|key_limit").note("workspace: the key's project"),
    fields::usd("limit_usd"),
    fields::usd("spend_usd").note("In the current window"),
    fields::usd("remaining_usd"),
    fields::text("reset_interval").or_null().one_of("daily|weekly|monthly"),
    fields::time("resets_at").or_null(),
    fields::flag("include_byok"),
    fields::text("budget_id").or_null(),
    fields::text("guardrail_id").or_null(),
};
inline constexpr Schema kKeyBudget{"KeyBudget", kKeyBudgetFields};

}  // namespace tollgate
