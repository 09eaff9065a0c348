#include "gateway/api/key_rules.h"

#include <algorithm>

#include "gateway/routing/known_names.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kLeastPrice = 1000;  // in nano-USD: what one pico-USD a token is for a million

void write_names(std::string_view name, const std::vector<std::string>& names, JsonWriter& json) {
    json.key(name).array();
    for (const std::string& one : names) json.text(one);
    json.end();
}

void write_price(std::string_view name, const std::optional<NanoUsd>& most, JsonWriter& json) {
    json.key(name);
    most ? json.usd(*most) : json.null();
}

void sort_unique(std::vector<std::string>& names) {
    std::ranges::sort(names);
    const auto twice = std::ranges::unique(names);
    names.erase(twice.begin(), twice.end());
}

std::vector<std::string> read_models(BodyFields& rules, std::string_view name, const NameScope& scope,
                                     const std::vector<std::string>& before) {
    std::vector<std::string> ids;
    for (const std::string& one : rules.texts(name, kMostRuleNames, 0).value_or(std::vector<std::string>())) {
        const auto id = model_id(scope, one);
        if (!id && std::ranges::find(before, one) == before.end()) {
            rules.fail(name, "names '" + std::string(cut_utf8(one, kModelNameBytes)) + "', which does not exist here");
        }
        ids.push_back(id.value_or(one));
    }
    sort_unique(ids);
    return ids;
}

std::vector<std::string> read_providers(BodyFields& rules, std::string_view name, const NameScope& scope,
                                        const std::vector<std::string>& before) {
    std::vector<std::string> names = rules.texts(name, kMostRuleNames, 0).value_or(std::vector<std::string>());
    for (std::string& one : names) {
        const auto slug = provider_slug(scope, one);
        if (!slug && std::ranges::find(before, one) == before.end()) {
            rules.fail(name, "names '" + std::string(cut_utf8(one, kModelNameBytes)) + "', which serves no model here");
        }
        one = slug.value_or(one);
    }
    sort_unique(names);
    return names;
}

std::optional<NanoUsd> read_price(BodyFields& prices, std::string_view name) {
    const auto most = prices.usd(name).value_or(std::nullopt);
    if (most && (most->value < 0 || most->value % kLeastPrice != 0)) {
        prices.fail(name, "must be at least 0, with at most six decimals");
    }
    return most;
}

}  // namespace

KeyRules read_key_rules(Call& call, const KeyRules& before) {
    auto body = call.body.object("rules", kKeyRulesBody);
    if (!body) return {};
    const auto catalogue = call.services.catalogue.get();
    const NameScope scope{*catalogue, call.organization().policy};
    KeyRules rules{.allow_models = read_models(*body, "allow_models", scope, before.allow_models),
                   .deny_models = read_models(*body, "deny_models", scope, before.deny_models),
                   .allow_providers = read_providers(*body, "allow_providers", scope, before.allow_providers),
                   .deny_providers = read_providers(*body, "deny_providers", scope, before.deny_providers)};
    if (auto prices = body->object("max_price", kMaxPrice)) {
        rules.most_prompt = read_price(*prices, "prompt");
        rules.most_completion = read_price(*prices, "completion");
        body->keep(prices->error());
    }
    call.body.keep(body->error());
    return rules;
}

void write_key_rules(const KeyRules* rules, JsonWriter& json) {
    json.key("rules");
    if (rules == nullptr) return void(json.null());
    json.object();
    write_names("allow_models", rules->allow_models, json);
    write_names("deny_models", rules->deny_models, json);
    write_names("allow_providers", rules->allow_providers, json);
    write_names("deny_providers", rules->deny_providers, json);
    json.key("max_price").object();
    write_price("prompt", rules->most_prompt, json);
    write_price("completion", rules->most_completion, json);
    json.end().end();
}

}  // namespace tollgate
