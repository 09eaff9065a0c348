#include "gateway/catalogue/model_reader.h"

#include <algorithm>
#include <array>
#include <limits>

#include "gateway/catalogue/catalogue_words.h"
#include "gateway/catalogue/yaml_fields.h"

namespace tollgate {
namespace {

namespace words = catalogue_words;

constexpr std::int64_t kNanoPerMillionToPicoPerToken = 1000;  // 1 nano-USD per million tokens is 0.001 pico per token
constexpr std::int64_t kPicoPerNano = 1000;

// USD per million tokens to pico-USD per token: a millionth of a USD is a million pico-USD.
std::optional<std::int64_t> per_token(const YamlFields& fields, const char* key) {
    const auto price = fields.usd(key);
    if (!price) return std::nullopt;
    if (price->value % kNanoPerMillionToPicoPerToken != 0) {
        refuse(fields.at(key), std::string(key) + ": more than six decimals (less than 1e-12 USD per token)");
    }
    return price->value / kNanoPerMillionToPicoPerToken;
}

Prices read_prices(const YAML::Node& node) {
    const YamlFields fields(node, "prices",
                            {"prompt", "completion", "cache_read", "cache_write", "cache_write_1h", "per_request"});
    const auto prompt = per_token(fields, "prompt");
    if (!prompt) refuse(node, "prices: prompt: missing");
    Prices prices;
    prices.prompt = *prompt;
    prices.completion = per_token(fields, "completion").value_or(0);
    // A provider that names no price for its cache charges the tokens like others.
    prices.cache_read = per_token(fields, "cache_read").value_or(*prompt);
    prices.cache_write = per_token(fields, "cache_write").value_or(*prompt);
    prices.cache_write_1h = per_token(fields, "cache_write_1h").value_or(prices.cache_write);
    const NanoUsd request = fields.usd("per_request").value_or(NanoUsd{});
    if (request.value > std::numeric_limits<std::int64_t>::max() / kPicoPerNano) {
        refuse(fields.at("per_request"), "per_request: out of range");
    }
    prices.per_request = request.value * kPicoPerNano;
    return prices;
}

// Of an endpoint, where a model that writes must have a price for it.
Prices read_prices_of(const YamlFields& endpoint, const char* key, bool writes) {
    const Prices prices = read_prices(endpoint.at(key));
    if (writes && !endpoint.at(key)["completion"]) {
        refuse(endpoint.at(key), std::string(key) + ": completion: missing");
    }
    return prices;
}

std::vector<PriceTier> read_tiers(const YamlFields& endpoint) {
    std::vector<PriceTier> tiers;
    endpoint.each("tiers", [&tiers](const YAML::Node& item) {
        const YamlFields tier(item, "tier", {"above_prompt_tokens", "prices"});
        tier.require("prices");
        if (!tier.at("prices")["completion"]) refuse(tier.at("prices"), "completion: missing");
        std::int64_t above = 0;
        tier.whole_number("above_prompt_tokens", above);
        if (above <= (tiers.empty() ? 0 : tiers.back().above_prompt_tokens)) {
            refuse(item, "above_prompt_tokens: expected more than in the tier before");
        }
        tiers.push_back({above, read_prices(tier.at("prices"))});
    });
    return tiers;
}

void read_data_policy(const YAML::Node& node, DataPolicy& policy) {
    const YamlFields fields(node, "data", {"collects", "zero_retention", "retention_days"});
    fields.flag("collects", policy.collects);
    fields.flag("zero_retention", policy.zero_retention);
    if (!fields.has("retention_days")) return;
    std::int64_t days = 0;
    fields.whole_number("retention_days", days);
    policy.retention_days = days;
}

void read_limits(const YamlFields& fields, Endpoint& endpoint) {
    fields.whole_number("context_length", endpoint.context_length);
    fields.whole_number("max_prompt_tokens", endpoint.max_prompt_tokens);
    fields.whole_number("max_completion_tokens", endpoint.max_completion_tokens);
    fields.words("supported_parameters", endpoint.supported_parameters, words::kParameters);
}

// What stands after the provider where nothing else is said: a provider may serve a model at several prices.
std::string usual_id(const YamlFields& fields) {
    std::string id;
    fields.text("provider", id);
    std::vector<std::string> tiers, tools;
    fields.texts("service_tiers", tiers);
    fields.texts("server_tools", tools);
    if (!tiers.empty()) return id + "/" + tiers.front();
    return tools.empty() ? id : id + "/" + tools.front();
}

void read_prices_onto(const YamlFields& fields, bool writes, Endpoint& endpoint) {
    if (fields.has("prices")) endpoint.prices = read_prices_of(fields, "prices", writes);
    if (fields.has("provider_prices")) endpoint.provider_prices = read_prices_of(fields, "provider_prices", writes);
    // Tiers belong to prices: new ones without tiers have none.
    if (fields.has("tiers") || fields.has("prices")) endpoint.tiers = read_tiers(fields);
    if (!endpoint.tiers.empty() && endpoint.provider_prices) {
        refuse(fields.has("tiers") ? fields.at("tiers") : fields.node(),
               "tiers: not together with provider_prices, which have none");
    }
}

// What leaving the tier out means has the prices of an endpoint without tiers: such a price would never be charged.
void check_tiers(const YamlFields& fields, const std::vector<std::string>& tiers) {
    constexpr std::array<std::string_view, 6> kOrdinary = {"auto",          "default",   "standard",
                                                           "standard_only", "on_demand", "global"};
    for (const std::string& tier : tiers) {
        if (std::ranges::find(kOrdinary, tier) == kOrdinary.end()) continue;
        refuse(fields.at("service_tiers"),
               "service_tiers: '" + tier + "' is the ordinary tier, whose endpoint has no service_tiers");
    }
}

void read_endpoint(const YAML::Node& node, const Source& source, Model& model, std::vector<std::string>& seen) {
    const YamlFields fields(node, "endpoint",
                            {"id", "provider", "model", "dialect", "region", "quantization", "prices",
                             "provider_prices", "tiers", "service_tiers", "server_tools", "context_length",
                             "max_prompt_tokens", "max_completion_tokens", "supported_parameters", "data", "source"});
    std::string id = usual_id(fields);
    fields.text("id", id);
    if (id.empty()) fields.require("provider");
    if (std::ranges::find(seen, id) != seen.end()) {
        refuse(node, "endpoint: the id '" + id + "' is taken; give each its own `id`");
    }
    seen.push_back(id);
    auto found = std::ranges::find(model.endpoints, id, &Endpoint::id);
    if (found == model.endpoints.end()) {
        for (const char* const key : {"provider", "model", "prices"}) fields.require(key);
        found = model.endpoints.insert(found, Endpoint());
        found->id = id;
    }
    Endpoint& endpoint = *found;
    fields.text("provider", endpoint.provider);
    fields.text("model", endpoint.upstream_model);
    fields.word("dialect", endpoint.dialect, words::kDialects);
    fields.text("region", endpoint.region);
    fields.word("quantization", endpoint.quantization, words::kQuantizations);
    read_prices_onto(fields, model.writes(), endpoint);
    fields.texts("service_tiers", endpoint.service_tiers);
    check_tiers(fields, endpoint.service_tiers);
    fields.texts("server_tools", endpoint.server_tools);
    read_limits(fields, endpoint);
    if (fields.has("data")) read_data_policy(fields.at("data"), endpoint.data.emplace());
    if (fields.has("prices")) endpoint.source = source;
    if (fields.has("source")) read_source(fields.at("source"), endpoint.source);
}

// true and false say whether there is any that is not shown; a mapping says how it is asked for, too.
void read_reasoning(const YAML::Node& node, Model& model) {
    if (!node.IsMap()) {
        if (!node.IsScalar() || (node.Scalar() != "true" && node.Scalar() != "false")) {
            refuse(node, "reasoning: expected true, false or a mapping");
        }
        model.may_reason = node.Scalar() == "true";
        model.reasoning = {};
        return;
    }
    const YamlFields fields(node, "reasoning", {"kind", "efforts", "default_effort", "mandatory"});
    fields.require("kind");
    model.may_reason = true;
    model.reasoning = {};
    std::string kind;
    fields.text("kind", kind);
    const auto* const known =
        std::ranges::find(words::kReasoningKinds, kind, [](const auto& entry) { return entry.first; });
    if (known == words::kReasoningKinds.end()) {
        refuse(fields.at("kind"), "kind: '" + kind + "' is none of none, budget, adaptive, effort, level");
    }
    model.reasoning.kind = known->second;
    fields.words("efforts", model.reasoning.efforts, words::kEfforts);
    fields.word("default_effort", model.reasoning.default_effort, words::kEfforts);
    fields.flag("mandatory", model.reasoning.mandatory);
}

}  // namespace

void read_source(const YAML::Node& node, Source& source) {
    const YamlFields fields(node, "source", {"name", "date"});
    fields.require("name");
    fields.require("date");
    fields.text("name", source.name);
    fields.day("date", source.date);
}

// A request could not name it.
void check_name(const YamlFields& fields, const char* key, const std::string& name) {
    constexpr std::size_t kMostBytes = 128;  // that a request names
    if (name.size() > kMostBytes) {
        refuse(fields.at(key), std::string(key) + ": is longer than " + std::to_string(kMostBytes) + " bytes");
    }
    if (name.find("@preset/") != std::string::npos) {
        refuse(fields.at(key), std::string(key) + ": '@preset/' begins the name of a preset");
    }
}

void read_model(const YAML::Node& node, const Source& source, ModelDraft& draft) {
    const YamlFields fields(node, "model",
                            {"id", "name", "aliases", "created", "knowledge_cutoff", "expires", "embeddings", "serves",
                             "reasoning", "prefill", "input_modalities", "output_modalities", "context_length",
                             "max_prompt_tokens", "max_completion_tokens", "supported_parameters", "endpoints"});
    Model& model = draft.model;
    const bool is_new = model.endpoints.empty();
    fields.require("id");
    fields.text("id", model.id);
    if (is_new) model.name = model.id;
    fields.text("name", model.name);
    check_name(fields, "id", model.id);
    fields.texts("aliases", model.aliases);
    for (const std::string& alias : model.aliases) check_name(fields, "aliases", alias);
    fields.whole_number("created", model.created);
    fields.day("knowledge_cutoff", model.knowledge_cutoff, true);
    fields.day("expires", model.expires);
    fields.flag("embeddings", model.embeddings);
    fields.words("serves", model.serves, words::kServed);
    if (model.embeddings && !model.serves.empty()) {
        refuse(fields.node(), "serves: not together with embeddings: such a model serves nothing else");
    }
    if (is_new && !model.writes()) model.may_reason = false;
    if (is_new && model.embeddings) model.output_modalities = {"embeddings"};
    if (fields.has("reasoning")) read_reasoning(fields.at("reasoning"), model);
    fields.flag("prefill", model.prefill);
    fields.words("input_modalities", model.input_modalities, words::kModalities);
    model.input_is_listed = model.input_is_listed || fields.has("input_modalities");
    fields.words("output_modalities", model.output_modalities, words::kModalities);
    read_limits(fields, draft.shared);
    if (is_new &&
        (!fields.has("endpoints") || !fields.at("endpoints").IsSequence() || fields.at("endpoints").size() == 0)) {
        refuse(fields.has("endpoints") ? fields.at("endpoints") : node, "endpoints: expected a list with at least one");
    }
    std::vector<std::string> seen;
    fields.each("endpoints", [&](const YAML::Node& item) { read_endpoint(item, source, model, seen); });
}

Model finished(ModelDraft draft) {
    const auto fill = [](auto& value, const auto& shared) {
        if (value == std::remove_cvref_t<decltype(value)>{}) value = shared;
    };
    for (Endpoint& endpoint : draft.model.endpoints) {
        fill(endpoint.context_length, draft.shared.context_length);
        fill(endpoint.max_prompt_tokens, draft.shared.max_prompt_tokens);
        fill(endpoint.max_completion_tokens, draft.shared.max_completion_tokens);
        fill(endpoint.supported_parameters, draft.shared.supported_parameters);
    }
    return std::move(draft.model);
}

void read_provider_facts(const YAML::Node& node, ProviderFacts& provider) {
    const YamlFields fields(node, "provider",
                            {"slug", "name", "dialect", "base_url", "auth", "data", "headquarters", "datacenters",
                             "privacy_policy_url", "terms_of_service_url", "status_page_url", "quirks",
                             "max_completion_tokens", "abort_stops_billing", "reasoning_in_completion"});
    fields.require("slug");
    if (provider.slug.empty()) {
        for (const char* const key : {"name", "dialect", "base_url", "auth"}) fields.require(key);
    }
    fields.text("slug", provider.slug);
    fields.text("name", provider.name);
    fields.word("dialect", provider.dialect, words::kDialects);
    fields.text("base_url", provider.base_url);
    if (!provider.base_url.starts_with("https://") && !provider.base_url.starts_with("http://")) {
        refuse(fields.at("base_url"), "base_url: is not an http or https URL");
    }
    fields.word("auth", provider.auth, words::kAuths);
    if (fields.has("data")) read_data_policy(fields.at("data"), provider.data);
    fields.text("headquarters", provider.headquarters);
    fields.texts("datacenters", provider.datacenters);
    fields.text("privacy_policy_url", provider.privacy_policy_url);
    fields.text("terms_of_service_url", provider.terms_of_service_url);
    fields.text("status_page_url", provider.status_page_url);
    fields.texts("quirks", provider.quirks);
    fields.flag("max_completion_tokens", provider.max_completion_tokens);
    fields.flag("abort_stops_billing", provider.abort_stops_billing);
    fields.flag("reasoning_in_completion", provider.reasoning_in_completion);
}

}  // namespace tollgate
