#include "gateway/routing/plan.h"
#include "gateway/routing/removal.h"

namespace tollgate {
namespace {

// What runs in a batch stands in a file that nobody here reads: whoever may use some models alone is not let near.
Error evades_rules(const PlanRules& rules, ApiType api) {
    const std::string name(to_string(api));
    if (rules.key != nullptr) {
        return {ErrorKind::key_rule_denied,
                "the key has rules of models and providers, which " + name + " could evade; a key without rules may"};
    }
    if (!rules.organization.allowed_models.empty()) {
        return {ErrorKind::model_not_allowed,
                "the organization allows some models only, which " + name + " could evade: they are not passed on"};
    }
    return {};
}

}  // namespace

Outcome<Plan> plan_for_account(const Catalogue& catalogue, const PlanRules& rules, ApiType api) {
    if (Error error = evades_rules(rules, api)) return std::unexpected(std::move(error));
    const PreferenceRules preferences{.organization = rules.organization};
    for (const CatalogueEndpoint& account : catalogue.accounts()) {
        if (wrong_credential(rules.credentials, account) || denied_by(preferences, account)) continue;
        if (!account.own->key->facts().is_opened) return std::unexpected(key_unavailable(*account.own->key));
        Plan plan;
        plan.add(account, OrderReason::listed);
        return plan;
    }
    return problem(ErrorKind::provider_key_required,
                   std::string(to_string(api)) +
                       " go with the organization's own provider key only, since the operator's account would show "
                       "each organization those of all others: store a key of a provider with OpenAI's API, and make "
                       "the project's mode hybrid or api-keys");
}

}  // namespace tollgate
