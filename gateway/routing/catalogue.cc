#include "gateway/routing/catalogue.h"

#include <algorithm>
#include <functional>

#include "gateway/routing/mix_bits.h"
#include "gateway/text/error.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

namespace {

std::string_view title_of(const PriceList& prices, const Endpoint& endpoint) {
    const ProviderFacts* const facts = prices.provider(endpoint.provider);
    return facts == nullptr ? std::string_view() : facts->name;
}

const CatalogueEndpoint* same_endpoint(const Catalogue* before, const Model& model, const Endpoint& endpoint) {
    if (before == nullptr) return nullptr;
    for (const CatalogueEndpoint& known : before->endpoints()) {
        if (known.model->id == model.id && known.endpoint->id == endpoint.id &&
            known.endpoint->provider == endpoint.provider &&
            known.endpoint->upstream_model == endpoint.upstream_model) {
            return &known;
        }
    }
    return nullptr;
}

// By what the endpoint is, not by where it stands: a line more in the price list moves no conversation.
std::uint64_t identity_of(const Model& model, const Endpoint& endpoint) {
    std::uint64_t identity = mix_text(mix_text(mix_text(0, model.id), endpoint.provider), endpoint.upstream_model);
    identity = mix_text(identity, endpoint.id);
    for (const auto* const names : {&endpoint.service_tiers, &endpoint.server_tools}) {
        for (const std::string& name : *names) identity = mix_text(identity, name);
    }
    return identity;
}

}  // namespace

Catalogue::Catalogue(std::shared_ptr<const PriceList> prices, const std::vector<Provider>& providers,
                     const Catalogue* before)
    : prices_(std::move(prices)), providers_(providers), numbers_(before == nullptr ? 0 : before->numbers_) {
    for (const Model& model : prices_->models()) {
        const std::size_t begin = endpoints_.size();
        for (const Endpoint& endpoint : model.endpoints) {
            for (const Provider& provider : providers) {
                if (provider.name != endpoint.provider) continue;
                CatalogueEndpoint& added = endpoints_.emplace_back();
                added.model = &model;
                added.endpoint = &endpoint;
                added.provider = &provider;
                const CatalogueEndpoint* const known = same_endpoint(before, model, endpoint);
                added.number = known == nullptr ? ++numbers_ : known->number;
                if (known != nullptr) added.stream_options_refused_until = known->stream_options_refused_until;
                added.key_allowances =
                    make_allowances(provider.operators, known == nullptr ? nullptr : &known->provider->operators,
                                    known == nullptr ? nullptr : &known->key_allowances);
                added.identity = identity_of(model, endpoint);
                added.provider_title = title_of(*prices_, endpoint);
                if (!endpoint.supported_parameters.empty()) {
                    added.parameters = parameters_taken(endpoint.supported_parameters);
                }
                append_json_string(added.model_json, model.id);
                append_json_string(added.provider_json, provider.name);
            }
        }
        add_model(model, begin);
    }
    // NOLINTNEXTLINE(cppcoreguidelines-prefer-member-initializer): they have just been counted
    room_for_numbers_ = before == nullptr ? numbers_ + kMostAddedEndpoints : before->room_for_numbers_;
}

Catalogue::Catalogue(std::shared_ptr<const Catalogue> operators, std::shared_ptr<const OwnRoutes> own)
    : prices_(operators->prices_),
      providers_(operators->providers_),
      operators_(std::move(operators)),
      own_(std::move(own)),
      numbers_(operators_->numbers_),
      room_for_numbers_(operators_->room_for_numbers_) {
    auto next = own_->endpoints().begin();
    const auto last = own_->endpoints().end();
    const auto add_endpoints_of = [&](const Model& model) {
        const std::size_t begin = endpoints_.size();
        const auto operators_own = operators_->by_model_.find(&model);
        if (operators_own != operators_->by_model_.end()) {
            for (std::size_t i = operators_own->second.begin; i < operators_own->second.end; ++i) {
                endpoints_.push_back(operators_->endpoints_[i]);
            }
        }
        for (; next != last && next->model == &model; ++next) add_own(*next, endpoints_);
        add_model(model, begin);
    };
    for (const OwnEndpoint& one : own_->accounts()) add_own(one, accounts_);
    for (const Model& model : prices_->models()) add_endpoints_of(model);
    for (const Model& model : own_->own_models()) {
        const bool hidden = prices_->find(model.id) != nullptr || !own_models_.emplace(model.id, &model).second;
        if (hidden) {  // the operator's names are the first
            ++next;
        } else {
            add_endpoints_of(model);
        }
    }
}

Catalogue::Catalogue(std::shared_ptr<const Catalogue> known, std::span<const std::string_view> asked)
    : prices_(known->prices_),
      operators_(known->operators_),
      own_(std::make_shared<const OwnRoutes>(known->own_->keys(), asked)),
      known_(std::move(known)),
      numbers_(known_->numbers_),
      room_for_numbers_(known_->room_for_numbers_) {
    endpoints_.reserve(own_->endpoints().size());
    for (const OwnEndpoint& one : own_->endpoints()) {
        if (!own_models_.emplace(one.model->id, one.model).second) continue;
        by_model_[one.model] = {endpoints_.size(), endpoints_.size() + 1};
        add_own(one, endpoints_);
    }
}

std::size_t Catalogue::place_of(const CatalogueEndpoint& endpoint) const {
    const std::vector<CatalogueEndpoint>& listed = listing().endpoints_;
    const std::less<> before;
    const bool is_listed = !before(&endpoint, listed.data()) && before(&endpoint, listed.data() + listed.size());
    if (is_listed) return static_cast<std::size_t>(&endpoint - listed.data());
    return listed.size() + static_cast<std::size_t>(&endpoint - endpoints_.data());
}

void Catalogue::add_model(const Model& model, std::size_t begin) {
    const std::span added = std::span(endpoints_).subspan(begin);
    if (added.empty()) return;
    const bool has_flex = std::ranges::any_of(added, [](const CatalogueEndpoint& one) {
        return std::ranges::find(one.endpoint->service_tiers, "flex") != one.endpoint->service_tiers.end();
    });
    for (CatalogueEndpoint& one : added) one.model_has_flex = has_flex;
    models_.push_back(&model);
    by_model_[&model] = {begin, endpoints_.size()};
}

void Catalogue::add_own(const OwnEndpoint& one, std::vector<CatalogueEndpoint>& to) {
    CatalogueEndpoint& added = to.emplace_back();
    added.model = one.model;
    added.endpoint = one.endpoint;
    added.provider = one.use->key->provider().get();
    added.number = 0;
    for (const CatalogueEndpoint& known : operators_->find(one.model->id)) {  // held for as what was learned of it says
        if (known.endpoint->id == one.endpoint->id && known.endpoint->provider == one.endpoint->provider) {
            added.number = known.number;
        }
    }
    added.identity = one.identity;
    added.provider_title = title_of(*prices_, *one.endpoint);
    if (!one.endpoint->supported_parameters.empty()) {
        added.parameters = parameters_taken(one.endpoint->supported_parameters);
    }
    append_json_string(added.model_json, one.model->id);
    append_json_string(added.provider_json, added.provider->name);
    added.stream_options_refused_until = one.use->health->stream_options_refused_until();
    added.own = one.use;
}

const Model* Catalogue::named(std::string_view name) const {
    if (const Model* const found = prices_->find(name)) return found;
    if (own_models_.empty()) return nullptr;
    const auto found = own_models_.find(name);
    return found == own_models_.end() ? nullptr : found->second;
}

const Model* Catalogue::model(std::string_view name) const {
    if (known_ != nullptr) {
        if (const Model* const known = known_->model(name)) return known;
    }
    const Model* const found = named(name);
    return found != nullptr && by_model_.contains(found) ? found : nullptr;
}

std::span<const CatalogueEndpoint> Catalogue::find(std::string_view name) const {
    if (known_ != nullptr) {
        if (const auto known = known_->find(name); !known.empty()) return known;
    }
    const Model* const found = named(name);
    const auto range = by_model_.find(found);
    if (found == nullptr || range == by_model_.end()) return {};
    return std::span(endpoints_).subspan(range->second.begin, range->second.end - range->second.begin);
}

const Provider* Catalogue::provider(std::string_view name) const {
    const auto found = std::ranges::find(providers_, name, &Provider::name);
    return found == providers_.end() ? nullptr : &*found;
}

std::vector<std::string> Catalogue::missing_providers() const {
    std::vector<std::string> missing;
    for (const Model& model : prices_->models()) {
        for (const Endpoint& endpoint : model.endpoints) {
            const auto has_name = [&endpoint](const CatalogueEndpoint& one) {
                return one.provider->name == endpoint.provider;
            };
            const bool known = std::ranges::any_of(endpoints_, has_name) ||
                               std::ranges::find(missing, endpoint.provider) != missing.end();
            if (!known) missing.push_back(endpoint.provider);
        }
    }
    return missing;
}

}  // namespace tollgate
