#include "gateway/api/models.h"

#include <boost/url/pct_string_view.hpp>

#include "gateway/worker.h"

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

void write_list(JsonWriter& json, const std::vector<std::string>& values) {
    json.array();
    for (const auto& value : values) json.text(value);
    json.end();
}

void write_openrouter(const Catalogue& catalogue, const Model& model, JsonWriter& json) {
    const Endpoint& first = *catalogue.find(model.id).front().endpoint;
    json.object().key("id").text(model.id).key("canonical_slug").text(model.id);
    json.key("name").text(model.name).key("created").number(model.created).key("description").text("");
    json.key("context_length");
    first.context_length > 0 ? json.number(first.context_length) : json.null();
    json.key("architecture").object().key("input_modalities");
    write_list(json, model.input_modalities);
    json.key("output_modalities");
    write_list(json, model.output_modalities);
    json.end();
    json.key("pricing").object();
    json.key("prompt").text(price_text(first.prices.prompt));
    json.key("completion").text(price_text(first.prices.completion));
    json.key("request").text(price_text(first.prices.per_request));
    json.key("input_cache_read").text(price_text(first.prices.cache_read));
    json.key("input_cache_write").text(price_text(first.prices.cache_write));
    json.end();
    json.key("top_provider").object().key("context_length");
    first.context_length > 0 ? json.number(first.context_length) : json.null();
    json.key("max_completion_tokens");
    first.max_completion_tokens > 0 ? json.number(first.max_completion_tokens) : json.null();
    json.key("is_moderated").flag(false).end();
    json.end();
}

void write_openai(const Model& model, JsonWriter& json) {
    const std::string_view id = model.id;
    const std::string_view owner = id.substr(0, id.find('/'));
    json.object().key("id").text(id).key("object").text("model");
    json.key("created").number(model.created).key("owned_by").text(owner).end();
}

void write(const Catalogue& catalogue, const Model& model, const Inbound& inbound, JsonWriter& json) {
    if (inbound.details_models()) {
        write_openrouter(catalogue, model, json);
    } else {
        write_openai(model, json);
    }
}

}  // namespace

ApiAnswer list_models(Call& call) { return list_models(*call.services.catalogue, *call.request.inbound); }

ApiAnswer list_models(const Catalogue& catalogue, const Inbound& inbound) {
    JsonWriter json;
    json.object();
    if (!inbound.details_models()) json.key("object").text("list");
    json.key("data").array();
    for (const Model* model : catalogue.models()) write(catalogue, *model, inbound, json);
    json.end();
    if (inbound.details_models()) json.key("total_count").number(static_cast<std::int64_t>(catalogue.models().size()));
    json.end();
    return json_answer(json);
}

ApiAnswer show_model(Call& call) {
    return show_model(*call.services.catalogue, call.path("model"), *call.request.inbound);
}

ApiAnswer show_model(const Catalogue& catalogue, std::string_view encoded_name, const Inbound& inbound) {
    const auto checked = boost::urls::make_pct_string_view(encoded_name);
    const std::string name = checked ? checked->decode() : std::string(encoded_name);
    const Model* const model = catalogue.model(name);
    if (model == nullptr) {
        const bool readable = simdjson::validate_utf8(name);
        const std::string shown(readable ? cut_utf8(name, kModelNameBytes) : "?");
        return api_error(ErrorKind::model_not_found, "the model '" + shown + "' does not exist here", "model");
    }
    JsonWriter json;
    if (inbound.details_models()) json.object().key("data");
    write(catalogue, *model, inbound, json);
    if (inbound.details_models()) json.end();
    return json_answer(json);
}

ApiAnswer show_gateway(Call&) {
    JsonWriter json;
    json.object().key("name").text("tollgate").key("version").text(TOLLGATE_VERSION).end();
    return json_answer(json);
}

}  // namespace tollgate
