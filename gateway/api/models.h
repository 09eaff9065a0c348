// The models that can be called, as OpenAI or OpenRouter shows them; and what the gateway says of itself.
#pragma once

#include <array>

#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer list_models(Call& call);
ApiAnswer list_models(const Catalogue& catalogue, const Inbound& inbound);
ApiAnswer show_model(Call& call);
// By id (author/slug) or alias, as in a path: percent-encoded.
ApiAnswer show_model(const Catalogue& catalogue, std::string_view encoded_name, const Inbound& inbound);
ApiAnswer show_gateway(Call& call);

inline constexpr std::array kOpenAiModelFields = {fields::text("id"), fields::text("object"),
                                                  fields::integer("created"), fields::text("owned_by")};
inline constexpr Schema kOpenAiModel{"OpenAiModel", kOpenAiModelFields};
inline constexpr std::array kOpenAiModelListFields = {fields::text("object"), fields::list("data", kOpenAiModel)};
inline constexpr Schema kOpenAiModelList{"OpenAiModelList", kOpenAiModelListFields};

inline constexpr std::array kArchitectureFields = {fields::texts("input_modalities"),
                                                   fields::texts("output_modalities")};
inline constexpr Schema kArchitecture{"Architecture", kArchitectureFields};
inline constexpr std::array kPricingFields = {
    fields::text("prompt").note("USD per token, as are the others but request"), fields::text("completion"),
    fields::text("request"), fields::text("input_cache_read"), fields::text("input_cache_write")};
inline constexpr Schema kPricing{"Pricing", kPricingFields};
inline constexpr std::array kTopProviderFields = {fields::integer("context_length").or_null(),
                                                  fields::integer("max_completion_tokens").or_null(),
                                                  fields::flag("is_moderated")};
inline constexpr Schema kTopProvider{"TopProvider", kTopProviderFields};
inline constexpr std::array kOpenRouterModelFields = {
    fields::text("id"),
    fields::text("canonical_slug"),
    fields::text("name"),
    fields::integer("created"),
    fields::text("description"),
    fields::integer("context_length").or_null(),
    fields::object("architecture", kArchitecture),
    fields::object("pricing", kPricing),
    fields::object("top_provider", kTopProvider),
};
inline constexpr Schema kOpenRouterModel{"Model", kOpenRouterModelFields};
inline constexpr std::array kOpenRouterModelListFields = {fields::list("data", kOpenRouterModel),
                                                          fields::integer("total_count")};
inline constexpr Schema kOpenRouterModelList{"ModelList", kOpenRouterModelListFields};
inline constexpr std::array kOpenRouterModelDataFields = {fields::object("data", kOpenRouterModel)};
inline constexpr Schema kOpenRouterModelData{"ModelData", kOpenRouterModelDataFields};

inline constexpr std::array kGatewayFields = {fields::text("name"), fields::text("version")};
inline constexpr Schema kGateway{"Gateway", kGatewayFields};

}  // namespace tollgate
