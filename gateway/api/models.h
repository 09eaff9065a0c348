// The models that the caller can call, as OpenAI or OpenRouter shows them; and what the gateway says of itself.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"

namespace tollgate {

ApiAnswer list_models(Call& call);
// A part of the models as the caller asked for it; 0 of `limit`: all that follow.
struct ModelRange {
    std::size_t offset = 0, limit = 0;
};
ApiAnswer list_models(const Catalogue& catalogue, const std::vector<const Model*>& models, const Inbound& inbound,
                      const ModelRange& range = {});
ApiAnswer count_models(Call& call);
ApiAnswer show_model(Call& call);
// By id (author/slug) or alias, as in a path: percent-encoded.
ApiAnswer show_model(const Catalogue& catalogue, std::string_view encoded_name, const Inbound& inbound);
ApiAnswer show_gateway(Call& call);

inline constexpr std::array kOpenAiModelFields = {fields::text("id"), fields::text("object"),
                                                  fields::integer("created"), fields::text("owned_by")};
inline constexpr Schema kOpenAiModel{"OpenAiModel", kOpenAiModelFields};
inline constexpr std::array kOpenAiModelListFields = {fields::text("object"), fields::list("data", kOpenAiModel)};
inline constexpr Schema kOpenAiModelList{"OpenAiModelList", kOpenAiModelListFields};

// OpenRouter's other parameters, which filter and sort, are not looked at.
inline constexpr std::array kModelsQueryFields = {
    fields::integer("offset").from(0, INT32_MAX).note("How many models to leave out"),
    fields::integer("limit").from(1, kMaxPage).note("How many, at most; all of them if neither is given")};
inline constexpr Schema kModelsQuery{"ModelsQuery", kModelsQueryFields, true};

inline constexpr std::array kArchitectureFields = {
    fields::text("modality").note("Like text+image->text"), fields::texts("input_modalities"),
    fields::texts("output_modalities"), fields::text("tokenizer").note("Always Other: the price list names none"),
    fields::text("instruct_type").or_null()};
inline constexpr Schema kArchitecture{"Architecture", kArchitectureFields};
inline constexpr std::array kPricingFields = {
    fields::text("prompt").note("USD per token, as are the others but request"),
    fields::text("completion"),
    fields::text("request"),
    fields::text("input_cache_read"),
    fields::text("input_cache_write"),
    fields::text("input_cache_write_1h")};
inline constexpr Schema kPricing{"Pricing", kPricingFields};
inline constexpr std::array kTopProviderFields = {fields::integer("context_length").or_null(),
                                                  fields::integer("max_completion_tokens").or_null(),
                                                  fields::flag("is_moderated")};
inline constexpr Schema kTopProvider{"TopProvider", kTopProviderFields};
inline constexpr std::array kModelLinksFields = {fields::text("details").note("The path of this model")};
inline constexpr Schema kModelLinks{"ModelLinks", kModelLinksFields};
// Of members that OpenRouter's clients demand and a price list does not have: always null.
inline constexpr Schema kNotKept{"NotKept", {}, true};
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
    fields::texts("supported_parameters").note("That the gateway passes on; the provider may know others or fewer"),
    fields::object("default_parameters", kNotKept).or_null(),
    fields::object("per_request_limits", kNotKept).or_null(),
    fields::texts("supported_voices").or_null(),
    fields::object("links", kModelLinks),
};
inline constexpr Schema kOpenRouterModel{"Model", kOpenRouterModelFields};
inline constexpr std::array kListLinksFields = {fields::text("next").or_null().note("The path of the next part")};
inline constexpr Schema kListLinks{"ListLinks", kListLinksFields};
inline constexpr std::array kOpenRouterModelListFields = {
    fields::list("data", kOpenRouterModel), fields::integer("total_count"), fields::object("links", kListLinks)};
inline constexpr Schema kOpenRouterModelList{"ModelList", kOpenRouterModelListFields};
inline constexpr std::array kOpenRouterModelDataFields = {fields::object("data", kOpenRouterModel)};
inline constexpr Schema kOpenRouterModelData{"ModelData", kOpenRouterModelDataFields};
inline constexpr std::array kModelCountFields = {fields::integer("count")};
inline constexpr Schema kModelCount{"ModelCount", kModelCountFields};
inline constexpr std::array kModelCountDataFields = {fields::object("data", kModelCount)};
inline constexpr Schema kModelCountData{"ModelCountData", kModelCountDataFields};

inline constexpr std::array kGatewayFields = {fields::text("name"), fields::text("version")};
inline constexpr Schema kGateway{"Gateway", kGatewayFields};

}  // namespace tollgate
