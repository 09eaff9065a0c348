// The models that the caller can call, as OpenAI or OpenRouter lists them; and what the gateway says of itself.
#pragma once

#include <array>
#include <string_view>

#include "gateway/api/call.h"
#include "gateway/api/model_json.h"
#include "gateway/api/paging.h"

namespace tollgate {

ApiAnswer list_models(Call& call);
// A part of the models as the caller asked for it; 0 of `limit`: all that follow.
struct ModelRange {
    std::size_t offset = 0, limit = 0;
    std::string filter = {};  // of the query, for the path of the next part: "q=gpt&"
};
ApiAnswer list_models(const std::vector<ListedModel>& models, const Inbound& inbound, const ModelRange& range = {});
ApiAnswer count_models(Call& call);
ApiAnswer show_model(Call& call);
// By id (author/slug) or alias, as in a path: percent-encoded.
ApiAnswer show_model(const Principal& caller, const Catalogue& catalogue, std::string_view encoded_name,
                     const Inbound& inbound);
// Null: there is none that can be called.
const Model* model_in_path(const Catalogue& catalogue, std::string_view encoded_name);
ApiAnswer unknown_model(std::string_view encoded_name);
ApiAnswer show_gateway(Call& call);

inline constexpr std::array kOpenAiModelListFields = {fields::text("object"), fields::list("data", kOpenAiModel)};
inline constexpr Schema kOpenAiModelList{"OpenAiModelList", kOpenAiModelListFields};

// OpenRouter's other parameters are not looked at.
inline constexpr std::array kModelFilterFields = {
    fields::text("q").note("Only models whose id, name or alias has these letters"),
    fields::text("supported_parameters").note("Only models that take all of these, as tools,reasoning"),
    fields::text("input_modalities").note("Only models that take all of these, as text,image"),
    fields::text("output_modalities").note("Only models that make all of these; all, as without it: any"),
    fields::text("model_authors").note("Only models of one of these authors"),
    fields::text("providers").note("Only models that one of these providers serves"),
    fields::integer("context").from(0, INT32_MAX).note("Only models whose context is at least this long")};
inline constexpr auto kModelsQueryFields = joined(
    std::array{fields::integer("offset").from(0, INT32_MAX).note("How many models to leave out"),
               fields::integer("limit").from(1, kMaxPage).note("How many, at most; all of them if neither is given")},
    kModelFilterFields);
inline constexpr Schema kModelsQuery{"ModelsQuery", kModelsQueryFields, true};

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
