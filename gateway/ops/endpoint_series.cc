#include "gateway/ops/endpoint_series.h"

#include <map>
#include <string_view>
#include <utility>

#include "gateway/ops/own_key_series.h"

namespace tollgate {

std::vector<EndpointSeries> endpoint_series(const Catalogue& catalogue) {
    std::vector<EndpointSeries> all = {{.numbers = {0}}};
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;  // in `all`
    for (const CatalogueEndpoint& endpoint : catalogue.endpoints()) {
        const std::string &model = endpoint.model->id, &provider = endpoint.provider->name;
        const auto [place, is_new] = places.try_emplace({model, provider}, all.size());
        if (is_new) all.push_back({.numbers = {}, .model = model, .provider = provider});
        all[place->second].numbers.push_back(endpoint.number);
    }
    all.push_back({.numbers = {own_key_series(catalogue)}, .own_keys = true});
    return all;
}

}  // namespace tollgate
