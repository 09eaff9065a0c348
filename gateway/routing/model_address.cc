#include "gateway/routing/model_address.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace tollgate {
namespace {

struct Suffix {
    std::string_view name;
    Variant variant;
};
constexpr std::array kSuffixes = {Suffix{":nitro", Variant::nitro}, Suffix{":floor", Variant::floor},
                                  Suffix{":exacto", Variant::exacto}, Suffix{":free", Variant::free},
                                  Suffix{":online", Variant::online}};
constexpr std::array<std::string_view, 3> kAuto = {"auto", "openrouter/auto", "tollgate/auto"};

// Of "~anthropic/claude-sonnet-latest"; empty: it is no such name.
std::string_view family_of(std::string_view name) {
    constexpr std::string_view kLatest = "-latest";
    if (!name.starts_with('~') || !name.ends_with(kLatest)) return {};
    return name.substr(1, name.size() - 1 - kLatest.size());
}

void find_latest(const Catalogue& catalogue, std::string_view name, ModelAddress& address) {
    const std::string_view family = family_of(name);
    if (family.empty()) return;
    const std::vector<const Model*> models = models_of_family(catalogue, family);
    if (models.empty()) return;
    address.family = family;
    address.endpoints = catalogue.find(models.front()->id);
}

bool serves(std::span<const CatalogueEndpoint> endpoints, std::string_view provider) {
    return std::ranges::any_of(endpoints, [&](const auto& one) { return one.provider->name == provider; });
}

// provider/model.
void find_at_provider(const Catalogue& catalogue, std::string_view name, ModelAddress& address) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return;
    const std::string_view provider = name.substr(0, slash), model = name.substr(slash + 1);
    const auto endpoints = catalogue.find(model);
    if (serves(endpoints, provider)) {
        address.endpoints = endpoints;
        address.provider = provider;
        return;
    }
    for (const CatalogueEndpoint& one : catalogue.endpoints()) {
        if (one.provider->name != provider || one.endpoint->upstream_model != model) continue;
        address.endpoints = catalogue.find(one.model->id);
        address.provider = provider;
        address.upstream_model = model;
        return;
    }
}

}  // namespace

ModelAddress find_model(const Catalogue& catalogue, std::string_view name) {
    ModelAddress address;
    address.endpoints = catalogue.find(name);
    while (!address.found()) {
        address.any = std::ranges::find(kAuto, name) != kAuto.end();
        if (address.any) break;
        const auto suffix =
            std::ranges::find_if(kSuffixes, [&](const Suffix& one) { return name.ends_with(one.name); });
        if (suffix == kSuffixes.end()) {
            find_latest(catalogue, name, address);
            if (!address.found()) find_at_provider(catalogue, name, address);
            break;
        }
        address.variants.add(suffix->variant);
        name.remove_suffix(suffix->name.size());
        address.endpoints = catalogue.find(name);
    }
    return address;
}

std::vector<const Model*> models_of_family(const Catalogue& catalogue, std::string_view family) {
    std::vector<const Model*> models;
    for (const Model* const model : catalogue.models()) {
        const std::string_view id = model->id;
        if (!id.starts_with(family)) continue;
        if (id.size() == family.size() || id[family.size()] == '-' || id[family.size()] == '.') models.push_back(model);
    }
    std::ranges::sort(models, [](const Model* a, const Model* b) {
        return std::tie(b->created, a->id) < std::tie(a->created, b->id);  // the newest first
    });
    return models;
}

bool is_elsewhere(const ModelAddress& address, const CatalogueEndpoint& endpoint) {
    if (address.provider.empty()) return false;
    return endpoint.provider->name != address.provider ||
           (!address.upstream_model.empty() && endpoint.endpoint->upstream_model != address.upstream_model);
}

}  // namespace tollgate
