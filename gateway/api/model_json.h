// Models and their endpoints as OpenAI's and OpenRouter's APIs show them: the parts that several routes have.
#pragma once

#include <array>
#include <optional>

#include "gateway/api/callable_models.h"
#include "gateway/api/schema.h"
#include "gateway/chat/inbound.h"
#include "gateway/routing/health/endpoint_window.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

// With the prices of its first endpoint.
void write_model(const ListedModel& listed, const Inbound& inbound, JsonWriter& json);
void write_architecture(const Model& model, JsonWriter& json);
// Where the catalogue does not say: what the gateway passes on.
std::vector<std::string_view> supported_parameters(const Model& model, const Endpoint& endpoint);
void write_texts(std::span<const std::string> values, JsonWriter& json);
void write_pricing(const Endpoint& endpoint, JsonWriter& json);

// What live traffic says of an endpoint; what is not known is null.
struct LiveFacts {
    int status = 0;  // 0: well; below: OpenRouter's degrees
    // Hundredths of a percent of what was neither refused for its rate nor given up by the client.
    std::optional<std::int64_t> uptime_last_5m, uptime_last_30m, uptime_last_1d;
    std::optional<Percentiles> latency_ms_last_30m;  // to the first token
    std::optional<Percentiles> tokens_per_second_last_30m;
};
void write_endpoint(const CatalogueEndpoint& endpoint, const ProviderFacts* provider, const LiveFacts& live,
                    JsonWriter& json);

inline constexpr std::array kOpenAiModelFields = {fields::text("id"), fields::text("object"),
                                                  fields::integer("created"), fields::text("owned_by")};
inline constexpr Schema kOpenAiModel{"OpenAiModel", kOpenAiModelFields};

inline constexpr std::array kArchitectureFields = {
    fields::text("modality").note("Like text+image->text"), fields::texts("input_modalities"),
    fields::texts("output_modalities"), fields::text("tokenizer").note("Always Other: the catalogue names none"),
    fields::text("instruct_type").or_null()};
inline constexpr Schema kArchitecture{"Architecture", kArchitectureFields};
inline constexpr std::array kPriceFields = {fields::text("prompt").note("USD per token, as are the others but request"),
                                            fields::text("completion"),
                                            fields::text("request"),
                                            fields::text("input_cache_read"),
                                            fields::text("input_cache_write"),
                                            fields::text("input_cache_write_1h")};
inline constexpr auto kPriceOverrideFields =
    joined(std::array{fields::integer("min_prompt_tokens").note("The prices are those of a longer prompt, all of it")},
           kPriceFields);
inline constexpr Schema kPriceOverride{"PriceOverride", kPriceOverrideFields};
inline constexpr auto kPricingFields =
    joined(kPriceFields, std::array{fields::list("overrides", kPriceOverride).maybe()});
inline constexpr Schema kPricing{"Pricing", kPricingFields};
inline constexpr std::array kTopProviderFields = {fields::integer("context_length").or_null(),
                                                  fields::integer("max_completion_tokens").or_null(),
                                                  fields::flag("is_moderated")};
inline constexpr Schema kTopProvider{"TopProvider", kTopProviderFields};
inline constexpr std::array kModelLinksFields = {fields::text("details").note("The path of this model")};
inline constexpr Schema kModelLinks{"ModelLinks", kModelLinksFields};
inline constexpr std::array kModelReasoningFields = {
    fields::texts("supported_efforts").or_null(), fields::text("default_effort").or_null(),
    fields::flag("default_enabled"), fields::flag("mandatory"), fields::flag("supports_max_tokens")};
inline constexpr Schema kModelReasoning{"ModelReasoning", kModelReasoningFields};
// Of members that OpenRouter's clients demand and a catalogue does not have: always null.
inline constexpr Schema kNotKept{"NotKept", {}, true};
inline constexpr std::array kOpenRouterModelFields = {
    fields::text("id"),
    fields::text("canonical_slug"),
    fields::texts("aliases").note("Other names that a request may use"),
    fields::text("name"),
    fields::integer("created"),
    fields::text("description"),
    fields::integer("context_length").or_null(),
    fields::object("architecture", kArchitecture),
    fields::object("pricing", kPricing),
    fields::object("top_provider", kTopProvider),
    fields::texts("supported_parameters").note("Where the catalogue does not say: those that the gateway passes on"),
    fields::text("knowledge_cutoff").or_null(),
    fields::text("expiration_date").or_null(),
    fields::object("reasoning", kModelReasoning).maybe(),
    fields::object("default_parameters", kNotKept).or_null(),
    fields::object("per_request_limits", kNotKept).or_null(),
    fields::texts("supported_voices").or_null(),
    fields::object("links", kModelLinks),
};
inline constexpr Schema kOpenRouterModel{"Model", kOpenRouterModelFields};

inline constexpr std::array kPercentilesFields = {fields::number("p50"), fields::number("p75"), fields::number("p90"),
                                                  fields::number("p99")};
inline constexpr Schema kPercentiles{"Percentiles", kPercentilesFields};
inline constexpr std::array kModelEndpointFields = {
    fields::text("name"),
    fields::text("model_id"),
    fields::text("model_name"),
    fields::text("provider_name"),
    fields::text("tag").note("Names the endpoint: its provider, and what sets it apart from others of that"),
    fields::integer("context_length").or_null(),
    fields::integer("max_completion_tokens").or_null(),
    fields::integer("max_prompt_tokens").or_null(),
    fields::text("quantization").or_null(),
    fields::texts("supported_parameters"),
    fields::flag("supports_implicit_caching"),
    fields::integer("status").note("0: well; below it, the worse the lower"),
    fields::object("pricing", kPricing),
    fields::number("uptime_last_5m").or_null().note("Percent, as are the next two; null: too little is known"),
    fields::number("uptime_last_30m").or_null(),
    fields::number("uptime_last_1d").or_null(),
    fields::object("latency_last_30m", kPercentiles).or_null().note("Milliseconds to the first token"),
    fields::object("throughput_last_30m", kPercentiles).or_null().note("Tokens a second"),
};
inline constexpr Schema kModelEndpoint{"ModelEndpoint", kModelEndpointFields};

}  // namespace tollgate
