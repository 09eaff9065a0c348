#include "gateway/api/models.h"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "gateway/routing/plan.h"
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

void write_architecture(const Model& model, JsonWriter& json) {
    json.key("architecture").object().key("modality").text(modality_of(model)).key("input_modalities");
    write_list(json, model.input_modalities);
    json.key("output_modalities");
    write_list(json, model.output_modalities);
    json.key("tokenizer").text("Other").key("instruct_type").null().end();
}

void write_what_clients_demand(const Model& model, JsonWriter& json) {
    json.key("supported_parameters").array();
    if (!model.embeddings) {
        for (const std::string_view name : kPassedParameters) json.text(name);
    }
    json.end();
    for (const std::string_view name : {"default_parameters", "per_request_limits", "supported_voices"}) {
        json.key(name).null();
    }
    json.key("links").object().key("details").text("/api/v1/models/" + model.id).end();
}

void write_openrouter(const Catalogue& catalogue, const Model& model, JsonWriter& json) {
    const Endpoint& first = *catalogue.find(model.id).front().endpoint;
    json.object().key("id").text(model.id).key("canonical_slug").text(model.id);
    json.key("name").text(model.name).key("created").number(model.created).key("description").text("");
    json.key("context_length");
    first.context_length > 0 ? json.number(first.context_length) : json.null();
    write_architecture(model, json);
    json.key("pricing").object();
    json.key("prompt").text(price_text(first.prices.prompt));
    json.key("completion").text(price_text(first.prices.completion));
    json.key("request").text(price_text(first.prices.per_request));
    json.key("input_cache_read").text(price_text(first.prices.cache_read));
    json.key("input_cache_write").text(price_text(first.prices.cache_write));
    json.key("input_cache_write_1h").text(price_text(first.prices.cache_write_1h));
    json.end();
    json.key("top_provider").object().key("context_length");
    first.context_length > 0 ? json.number(first.context_length) : json.null();
    json.key("max_completion_tokens");
    first.max_completion_tokens > 0 ? json.number(first.max_completion_tokens) : json.null();
    json.key("is_moderated").flag(false).end();
    write_what_clients_demand(model, json);
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

// Whether the caller's organization and the rules of the key leave any of its endpoints.
bool can_call(const Principal& caller, const Catalogue& catalogue, const Model& model) {
    if (caller.policy == nullptr) return true;  // it is no key of an organization
    if (!allows(*caller.policy, model)) return false;
    return caller.rules == nullptr || !denied_error(*caller.rules, catalogue.find(model.id));
}

std::vector<const Model*> callable_models(const Call& call, const Catalogue& catalogue) {
    std::vector<const Model*> models = catalogue.models();
    std::erase_if(models, [&](const Model* one) { return !can_call(call.request.principal, catalogue, *one); });
    return models;
}

}  // namespace

ApiAnswer list_models(Call& call) {
    const ModelRange range{.offset = call.query.number("offset", 0, INT32_MAX, 0),
                           .limit = call.query.number("limit", 1, kMaxPage, 0)};
    if (call.error()) return call.refusal();
    const auto catalogue = call.services.catalogue.get();
    return list_models(*catalogue, callable_models(call, *catalogue), *call.request.inbound, range);
}

ApiAnswer list_models(const Catalogue& catalogue, const std::vector<const Model*>& models, const Inbound& inbound,
                      const ModelRange& range) {
    const std::size_t begin = std::min(range.offset, models.size());
    const std::size_t count = range.limit == 0 ? models.size() - begin : std::min(range.limit, models.size() - begin);
    JsonWriter json;
    json.object();
    if (!inbound.details_models()) json.key("object").text("list");
    json.key("data").array();
    for (std::size_t i = begin; i < begin + count; ++i) write(catalogue, *models[i], inbound, json);
    json.end();
    if (inbound.details_models()) {
        json.key("total_count").number(static_cast<std::int64_t>(models.size())).key("links").object().key("next");
        const std::string next = "/api/v1/models?offset=" + std::to_string(begin + count);
        begin + count == models.size() ? json.null() : json.text(next + "&limit=" + std::to_string(range.limit));
        json.end();
    }
    json.end();
    return json_answer(json);
}

ApiAnswer count_models(Call& call) {
    JsonWriter json;
    const auto catalogue = call.services.catalogue.get();
    const auto count = static_cast<std::int64_t>(callable_models(call, *catalogue).size());
    json.object().key("data").object().key("count").number(count).end().end();
    return json_answer(json);
}

ApiAnswer show_model(Call& call) {
    return show_model(*call.services.catalogue.get(), call.path("model"), *call.request.inbound);
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
