#include "gateway/api/model_json.h"

#include <algorithm>
#include <string>

namespace tollgate {
namespace {

// Pico-USD per token as OpenRouter's decimal string of USD per token, exactly.
std::string price_text(std::int64_t pico) {
    std::string digits = std::to_string(pico);
    constexpr std::size_t kDecimals = 12;
    if (digits.size() <= kDecimals) digits.insert(0, kDecimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - kDecimals, 1, '.');
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
    return digits;
}

// What OpenAI's API takes of chats and completions, which passes unchanged.
constexpr std::array<std::string_view, 16> kPassedParameters = {"frequency_penalty",
                                                                "logit_bias",
                                                                "logprobs",
                                                                "max_completion_tokens",
                                                                "max_tokens",
                                                                "parallel_tool_calls",
                                                                "presence_penalty",
                                                                "reasoning_effort",
                                                                "response_format",
                                                                "seed",
                                                                "stop",
                                                                "temperature",
                                                                "tool_choice",
                                                                "tools",
                                                                "top_logprobs",
                                                                "top_p"};

void write_count_or_null(std::string_view key, std::int64_t value, JsonWriter& json) {
    json.key(key);
    value > 0 ? json.number(value) : json.null();
}

// "text+image->text"
std::string modality_of(const Model& model) {
    const auto append_all = [](const std::vector<std::string>& all, std::string& out) {
        for (std::size_t i = 0; i < all.size(); ++i) out.append(i == 0 ? "" : "+").append(all[i]);
    };
    std::string text;
    append_all(model.input_modalities, text);
    text += "->";
    append_all(model.output_modalities, text);
    return text;
}

void write_reasoning(const Model& model, JsonWriter& json) {
    const Reasoning& reasoning = model.reasoning;
    if (reasoning.kind == ReasoningKind::none) return;  // OpenRouter's SDKs take no null
    json.key("reasoning").object().key("supported_efforts");
    reasoning.efforts.empty() ? void(json.null()) : write_texts(reasoning.efforts, json);
    json.key("default_effort").text_or_null(reasoning.default_effort);
    json.key("default_enabled").flag(reasoning.mandatory || !reasoning.default_effort.empty());
    json.key("mandatory").flag(reasoning.mandatory);
    json.key("supports_max_tokens").flag(reasoning.kind == ReasoningKind::budget).end();
}

void write_supported_parameters(const Model& model, const Endpoint& endpoint, JsonWriter& json) {
    json.key("supported_parameters").array();
    for (const std::string_view name : supported_parameters(model, endpoint)) json.text(name);
    json.end();
}

void write_prices(const Prices& prices, JsonWriter& json) {
    json.key("prompt").text(price_text(prices.prompt));
    json.key("completion").text(price_text(prices.completion));
    json.key("request").text(price_text(prices.per_request));
    json.key("input_cache_read").text(price_text(prices.cache_read));
    json.key("input_cache_write").text(price_text(prices.cache_write));
    json.key("input_cache_write_1h").text(price_text(prices.cache_write_1h));
}

// The first that an ordinary request is charged by.
const Endpoint& ordinary_of(const std::vector<const CatalogueEndpoint*>& endpoints) {
    const auto is_usual = [](const CatalogueEndpoint* one) {
        return one->endpoint->service_tiers.empty() && one->endpoint->server_tools.empty();
    };
    const auto has_no_tier = [](const CatalogueEndpoint* one) { return one->endpoint->service_tiers.empty(); };
    auto found = std::ranges::find_if(endpoints, is_usual);
    if (found == endpoints.end()) found = std::ranges::find_if(endpoints, has_no_tier);
    return *(found == endpoints.end() ? endpoints.front() : *found)->endpoint;
}

void write_openrouter(const ListedModel& listed, JsonWriter& json) {
    const Model& model = *listed.model;
    const Endpoint& first = ordinary_of(listed.endpoints);
    json.object().key("id").text(model.id).key("canonical_slug").text(model.id).key("aliases");
    write_texts(model.aliases, json);
    json.key("name").text(model.name).key("created").number(model.created).key("description").text("");
    write_count_or_null("context_length", first.context_length, json);
    write_architecture(model, json);
    write_pricing(first, json);
    json.key("top_provider").object();
    write_count_or_null("context_length", first.context_length, json);
    write_count_or_null("max_completion_tokens", first.max_completion_tokens, json);
    json.key("is_moderated").flag(false).end();
    write_supported_parameters(model, first, json);
    json.key("knowledge_cutoff").text_or_null(model.knowledge_cutoff);
    json.key("expiration_date").text_or_null(model.expires);
    write_reasoning(model, json);
    for (const std::string_view name : {"default_parameters", "per_request_limits", "supported_voices"}) {
        json.key(name).null();
    }
    json.key("links").object().key("details").text("/api/v1/models/" + model.id).end().end();
}

void write_openai(const Model& model, JsonWriter& json) {
    const std::string_view id = model.id;
    const std::string_view owner = id.substr(0, id.find('/'));
    json.object().key("id").text(id).key("object").text("model");
    json.key("created").number(model.created).key("owned_by").text(owner).end();
}

void write_percent_or_null(std::string_view key, const std::optional<std::int64_t>& hundredths, JsonWriter& json) {
    constexpr std::int64_t kHundredths = 100, kTenths = 10;
    json.key(key);
    if (!hundredths) {
        json.null();
        return;
    }
    const std::int64_t rest = *hundredths % kHundredths;
    json.raw(std::to_string(*hundredths / kHundredths) + (rest < kTenths ? ".0" : ".") + std::to_string(rest));
}

void write_percentiles_or_null(std::string_view key, const std::optional<Percentiles>& value, JsonWriter& json) {
    json.key(key);
    if (!value) {
        json.null();
        return;
    }
    json.object().key("p50").number(value->p50).key("p75").number(value->p75);
    json.key("p90").number(value->p90).key("p99").number(value->p99).end();
}

// A provider that is told what to cache bills the writing of it; one that caches by itself only reads for less.
bool caches_by_itself(const Prices& prices) {
    return prices.cache_read < prices.prompt && prices.cache_write <= prices.prompt;
}

}  // namespace

void write_texts(std::span<const std::string> values, JsonWriter& json) {
    json.array();
    for (const auto& value : values) json.text(value);
    json.end();
}

void write_architecture(const Model& model, JsonWriter& json) {
    json.key("architecture").object().key("modality").text(modality_of(model)).key("input_modalities");
    write_texts(model.input_modalities, json);
    json.key("output_modalities");
    write_texts(model.output_modalities, json);
    json.key("tokenizer").text("Other").key("instruct_type").null().end();
}

std::vector<std::string_view> supported_parameters(const Model& model, const Endpoint& endpoint) {
    const auto& listed = endpoint.supported_parameters;
    if (!model.writes() || !listed.empty()) return {listed.begin(), listed.end()};
    return {kPassedParameters.begin(), kPassedParameters.end()};
}

void write_pricing(const Endpoint& endpoint, JsonWriter& json) {
    json.key("pricing").object();
    write_prices(endpoint.prices, json);
    if (!endpoint.tiers.empty()) {
        json.key("overrides").array();
        for (const PriceTier& tier : endpoint.tiers) {
            json.object().key("min_prompt_tokens").number(tier.above_prompt_tokens);
            write_prices(tier.prices, json);
            json.end();
        }
        json.end();
    }
    json.end();
}

void write_model(const ListedModel& listed, const Inbound& inbound, JsonWriter& json) {
    inbound.details_models() ? write_openrouter(listed, json) : write_openai(*listed.model, json);
}

void write_endpoint(const CatalogueEndpoint& endpoint, const ProviderFacts* provider, const LiveFacts& live,
                    JsonWriter& json) {
    const Model& model = *endpoint.model;
    const Endpoint& listed = *endpoint.endpoint;
    const std::string& provider_name = provider == nullptr ? listed.provider : provider->name;
    json.object().key("name").text(provider_name + " | " + model.id);
    json.key("model_id").text(model.id).key("model_name").text(model.name);
    json.key("provider_name").text(provider_name).key("tag").text(listed.id);
    write_count_or_null("context_length", listed.context_length, json);
    write_count_or_null("max_completion_tokens", listed.max_completion_tokens, json);
    write_count_or_null("max_prompt_tokens", listed.max_prompt_tokens, json);
    json.key("quantization").text_or_null(listed.quantization);
    write_supported_parameters(model, listed, json);
    json.key("supports_implicit_caching").flag(caches_by_itself(listed.prices));
    json.key("status").number(live.status);
    write_pricing(listed, json);
    write_percent_or_null("uptime_last_5m", live.uptime_last_5m, json);
    write_percent_or_null("uptime_last_30m", live.uptime_last_30m, json);
    write_percent_or_null("uptime_last_1d", live.uptime_last_1d, json);
    write_percentiles_or_null("latency_last_30m", live.latency_ms_last_30m, json);
    write_percentiles_or_null("throughput_last_30m", live.tokens_per_second_last_30m, json);
    json.end();
}

}  // namespace tollgate
