#include "gateway/api/models.h"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "gateway/api/model_filter.h"
#include "gateway/own_catalogue.h"
#include "gateway/routing/model_address.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::string decoded(std::string_view encoded) {
    const auto checked = boost::urls::make_pct_string_view(encoded);
    return checked ? checked->decode() : std::string(encoded);
}

// What of a query stays the same from part to part, with "&" at its end.
std::string without_range(std::string_view query) {
    std::string rest;
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(one.size() + 1, query.size()));
        if (!one.empty() && !one.starts_with("offset=") && !one.starts_with("limit=")) rest.append(one).append("&");
    }
    return rest;
}

}  // namespace

ApiAnswer list_models(Call& call) {
    const ModelRange range{.offset = call.query.number("offset", 0, INT32_MAX, 0),
                           .limit = call.query.number("limit", 1, kMaxPage, 0),
                           .filter = without_range(call.request.query)};
    const ModelFilter filter = ModelFilter::from(call.query);
    if (call.error()) return call.refusal();
    const auto catalogue = catalogue_for(call.services, call.request.principal, call.services.catalogue.get());
    auto models = callable_models(call.request.principal, *catalogue);
    std::erase_if(models, [&filter](const ListedModel& one) { return !filter.passes(one); });
    return list_models(models, *call.request.inbound, range);
}

ApiAnswer list_models(const std::vector<ListedModel>& models, const Inbound& inbound, const ModelRange& range) {
    const std::size_t begin = std::min(range.offset, models.size());
    const std::size_t count = range.limit == 0 ? models.size() - begin : std::min(range.limit, models.size() - begin);
    JsonWriter json;
    json.object();
    if (!inbound.details_models()) json.key("object").text("list");
    json.key("data").array();
    for (std::size_t i = begin; i < begin + count; ++i) write_model(models[i], inbound, json);
    json.end();
    if (inbound.details_models()) {
        json.key("total_count").number(static_cast<std::int64_t>(models.size())).key("links").object().key("next");
        const std::string next = "/api/v1/models?" + range.filter + "offset=" + std::to_string(begin + count);
        begin + count == models.size() ? json.null() : json.text(next + "&limit=" + std::to_string(range.limit));
        json.end();
    }
    json.end();
    return json_answer(json);
}

ApiAnswer count_models(Call& call) {
    JsonWriter json;
    const auto catalogue = catalogue_for(call.services, call.request.principal, call.services.catalogue.get());
    const auto count = static_cast<std::int64_t>(callable_models(call.request.principal, *catalogue).size());
    json.object().key("data").object().key("count").number(count).end().end();
    return json_answer(json);
}

ApiAnswer show_model(Call& call) {
    return show_model(call.request.principal,
                      *catalogue_for(call.services, call.request.principal, call.services.catalogue.get()),
                      call.path("model"), *call.request.inbound);
}

ApiAnswer show_model(const Principal& caller, const Catalogue& catalogue, std::string_view encoded_name,
                     const Inbound& inbound) {
    const Model* const model = model_in_path(catalogue, encoded_name);
    if (model == nullptr) return unknown_model(encoded_name);
    ListedModel listed{model, callable_endpoints(caller, catalogue.find(model->id))};
    if (listed.endpoints.empty()) return unknown_model(encoded_name);
    JsonWriter json;
    if (inbound.details_models()) json.object().key("data");
    write_model(listed, inbound, json);
    if (inbound.details_models()) json.end();
    return json_answer(json);
}

const Model* model_in_path(const Catalogue& catalogue, std::string_view encoded_name) {
    const std::string name = decoded(encoded_name);
    const ModelAddress address = find_model(catalogue, name);
    return address.endpoints.empty() ? nullptr : address.endpoints.front().model;
}

ApiAnswer unknown_model(std::string_view encoded_name) {
    const std::string name = decoded(encoded_name);
    const bool readable = simdjson::validate_utf8(name);
    const std::string shown(readable ? cut_utf8(name, kModelNameBytes) : "?");
    return api_error(ErrorKind::model_not_found, "the model '" + shown + "' does not exist here", "model");
}

ApiAnswer show_gateway(Call&) {
    JsonWriter json;
    json.object().key("name").text("tollgate").key("version").text(TOLLGATE_VERSION).end();
    return json_answer(json);
}

}  // namespace tollgate
