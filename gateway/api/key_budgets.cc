#include "gateway/api/key_budgets.h"

#include <algorithm>
#include <array>
#include <utility>

#include "accounting/accounts/account_limits.h"
#include "gateway/api/limits.h"

namespace tollgate {
namespace {

void write_budget(const KeyBudget& budget, std::int64_t now_ms, JsonWriter& json) {
    json.object().key("scope").text(budget.scope).key("limit_usd").usd(budget.limit);
    json.key("spend_usd").usd(budget.spent).key("remaining_usd").usd(budget.left());
    json.key("reset_interval").text_or_null(reset_name(budget.reset));
    json.key("resets_at").time(window_end_ms(budget.reset, now_ms)).key("include_byok").flag(false);
    json.key("budget_id").null().key("guardrail_id").null().end();
}

}  // namespace

std::vector<KeyBudget> budgets_of(const Directory& directory, CreditTable& credits, const Organization& spent_in,
                                  const KeyRecord& key, std::int64_t now_ms) {
    const bool personal = key.kind == KeyKind::personal;
    if (key.kind == KeyKind::root || (personal && !key.may_infer)) return {};
    const Project* const usual = personal ? directory.default_project(spent_in.id) : nullptr;
    const Id128 project = usual != nullptr ? usual->id : key.project;
    const std::array<std::pair<std::string_view, LimitTarget>, 4> all = {
        {{"organization", {.scope = LimitScope::organization, .organization = spent_in.id}},
         {"workspace", {.scope = LimitScope::project, .organization = spent_in.id, .id = project}},
         {"member", {.scope = LimitScope::member, .organization = spent_in.id, .id = key.creator}},
         {"key_limit", {.scope = LimitScope::key, .organization = spent_in.id, .key = key.digest}}}};
    const WindowNumbers now = windows_at(now_ms);
    std::vector<KeyBudget> budgets;
    for (const auto& [scope, target] : all) {
        const auto found = find_limits(directory, target);
        if (!found || !found->limits.budget) continue;
        const Spender* const spender = find_spender(directory, credits, target);
        if (spender == nullptr) continue;
        const LimitReset reset = found->limits.reset;
        budgets.push_back(
            {scope, reset, *found->limits.budget, spent_in.credit->state_of(*spender, 0).charged_in(reset, now)});
    }
    return budgets;
}

const KeyBudget* binding_budget(const std::vector<KeyBudget>& budgets) {
    const auto least = std::ranges::min_element(budgets, {}, &KeyBudget::left);
    return least == budgets.end() ? nullptr : &*least;
}

void write_budgets(const std::vector<KeyBudget>& budgets, std::int64_t now_ms, JsonWriter& json) {
    json.key("budgets").array();
    for (const KeyBudget& budget : budgets) write_budget(budget, now_ms, json);
    json.end().key("effective_budget");
    const KeyBudget* const binding = binding_budget(budgets);
    binding == nullptr ? void(json.null()) : write_budget(*binding, now_ms, json);
}

}  // namespace tollgate
