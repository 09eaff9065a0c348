#include "gateway/api/model_filter.h"

#include <algorithm>

#include "gateway/api/model_json.h"
#include "gateway/routing/endpoint_name.h"

namespace tollgate {
namespace {

using Words = std::vector<std::string>;

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

// "tools,reasoning"; empty words are none.
Words words_of(const std::string& text) {
    Words words;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) words.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

template <class Names>
bool has_all(const Names& names, const Words& wanted) {
    return std::ranges::all_of(wanted,
                               [&](const std::string& one) { return std::ranges::find(names, one) != names.end(); });
}

bool is_any_of(std::string_view name, const Words& wanted) {
    return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
}

bool has_letters(const Model& model, const std::string& letters) {
    const auto has = [&letters](const std::string& text) { return lower(text).find(letters) != std::string::npos; };
    return has(model.id) || has(model.name) || std::ranges::any_of(model.aliases, has);
}

}  // namespace

ModelFilter ModelFilter::from(QueryFields& query) {
    ModelFilter filter;
    filter.letters = lower(query.text("q"));
    filter.supported_parameters = words_of(query.text("supported_parameters"));
    filter.input_modalities = words_of(query.text("input_modalities"));
    filter.output_modalities = words_of(query.text("output_modalities"));
    if (filter.output_modalities == Words{"all"}) filter.output_modalities.clear();
    filter.authors = words_of(query.text("model_authors"));
    filter.providers = words_of(query.text("providers"));
    filter.least_context = query.number("context", 0, INT32_MAX, 0);
    return filter;
}

bool ModelFilter::passes(const ListedModel& listed) const {
    const Model& model = *listed.model;
    const std::string_view author = std::string_view(model.id).substr(0, model.id.find('/'));
    if (!has_letters(model, letters) || !is_any_of(author, authors)) return false;
    if (!has_all(model.input_modalities, input_modalities) || !has_all(model.output_modalities, output_modalities)) {
        return false;
    }
    return std::ranges::any_of(listed.endpoints, [&](const CatalogueEndpoint* one) {
        return (providers.empty() || is_named_in(providers, *one)) && one->endpoint->context_length >= least_context &&
               has_all(tollgate::supported_parameters(model, *one->endpoint), supported_parameters);
    });
}

}  // namespace tollgate
