#include "gateway/routing/key_denials.h"

#include <algorithm>
#include <array>

#include "gateway/routing/price_ceiling.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"allow_models", "deny_models", "allow_providers", "deny_providers",
                                                    "max_price"};

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::binary_search(names, name);
}

}  // namespace

std::string_view to_string(KeyRule rule) { return kNames[static_cast<std::size_t>(rule)]; }

std::optional<KeyRule> denied_by(const KeyRules& rules, const CatalogueEndpoint& endpoint) {
    const std::string& model = endpoint.model->id;
    const std::string& provider = endpoint.provider->name;
    if (has(rules.deny_models, model)) return KeyRule::deny_models;
    if (!rules.allow_models.empty() && !has(rules.allow_models, model)) return KeyRule::allow_models;
    if (has(rules.deny_providers, provider)) return KeyRule::deny_providers;
    if (!rules.allow_providers.empty() && !has(rules.allow_providers, provider)) return KeyRule::allow_providers;
    if (is_dearer(*endpoint.endpoint, {.prompt = rules.most_prompt, .completion = rules.most_completion}))
        return KeyRule::max_price;
    return std::nullopt;
}

Error denied_error(const KeyRules& rules, std::span<const CatalogueEndpoint> endpoints) {
    std::string names;
    JsonWriter rules_member;
    rules_member.key("rules").array();
    for (const CatalogueEndpoint& endpoint : endpoints) {
        const auto rule = denied_by(rules, endpoint);
        if (!rule) return {};
        const std::string name(to_string(*rule));
        if (names.find(name) != std::string::npos) continue;
        names += (names.empty() ? "" : ", ") + name;
        rules_member.text(name);
    }
    Error error(ErrorKind::key_rule_denied,
                "the rules of this key (" + names + ") leave out whatever serves the model '" +
                    endpoints.front().model->id + "'; whoever manages the key can change them",
                "model");
    error.detail().extra = rules_member.end().take();
    return error;
}

}  // namespace tollgate
