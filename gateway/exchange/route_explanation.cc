#include "gateway/exchange/route_explanation.h"

#include <algorithm>

#include "gateway/routing/endpoint_name.h"
#include "gateway/routing/model_address.h"

namespace tollgate {
namespace {

void name_endpoint(JsonWriter& json, const CatalogueEndpoint& endpoint) {
    json.object().key("provider").text(endpoint.provider->name).key("model").text(endpoint.model->id);
    if (own_name(endpoint) != endpoint.provider->name) json.key("endpoint").text(own_name(endpoint));
    if (endpoint.own != nullptr) json.key("provider_key").text(endpoint.own->key->facts().label);
}

}  // namespace

void RouteExplanation::addressed(const ModelAddress& address) {
    if (!address.endpoints.empty()) meant_ = address.endpoints.front().model;
    if (address.any) {
        of_name_ = "auto";
    } else if (!address.family.empty()) {
        of_name_ = "latest";
    } else if (address.variants.has(Variant::free)) {
        of_name_ = "free";
    }
}

void RouteExplanation::removed(const CatalogueEndpoint& endpoint, const Removal& removal) {
    ++removed_in_all_;
    if (removed_.size() < kMostShown) removed_.push_back({&endpoint, removal});
}

void RouteExplanation::placed(const CatalogueEndpoint& endpoint, const RankedEndpoint& place, bool tried) {
    ++placed_in_all_;
    if (placed_.size() < kMostShown) placed_.push_back({&endpoint, place.reason, place.setback, tried});
}

void RouteExplanation::attempted(const CatalogueEndpoint& endpoint, int status, std::string_view error) {
    const bool begun = !attempts_.empty() && attempts_.back().endpoint == &endpoint && attempts_.back().error.empty();
    if (begun) attempts_.pop_back();
    attempts_.push_back({&endpoint, status, std::string(error)});
}

void RouteExplanation::answers(const CatalogueEndpoint& endpoint, int status) {
    attempts_.push_back({&endpoint, status, {}});
    member_of_answer_ = member();
}

void RouteExplanation::answers_from_cache(const CatalogueEndpoint& endpoint) {
    cached_ = &endpoint;
    member_of_answer_ = member();
}

template <class Passes>
void RouteExplanation::remove_placed(const Removal& removal, Passes passes) {
    std::erase_if(placed_, [&](const Placed& one) {
        if (!passes(*one.endpoint)) return false;
        --placed_in_all_;
        removed(*one.endpoint, removal);
        return true;
    });
}

void RouteExplanation::operators_unpaid() {
    remove_placed({"credit", "organization"}, [](const CatalogueEndpoint& one) { return one.own == nullptr; });
}

void RouteExplanation::cannot_be_told(const CatalogueEndpoint& endpoint) {
    remove_placed({"parameters", "request"}, [&](const CatalogueEndpoint& one) { return &one == &endpoint; });
}

std::string RouteExplanation::member() const {
    JsonWriter json;
    json.key("openrouter_metadata");
    write_members(json.object());
    return json.end().take();
}

const CatalogueEndpoint* RouteExplanation::answered() const {
    if (cached_ != nullptr) return cached_;
    return attempts_.empty() || !attempts_.back().error.empty() ? nullptr : attempts_.back().endpoint;
}

// OpenRouter's words.
std::string_view RouteExplanation::strategy() const {
    if (!of_name_.empty()) return of_name_;
    const CatalogueEndpoint* used = answered();
    if (used == nullptr && !placed_.empty()) used = placed_.front().endpoint;
    if (used == nullptr) return "direct";
    if (used->model != meant_) return "fallback";
    const auto is_asked = [this](const std::string& alias) {
        return requested_ == alias || requested_.starts_with(alias + ":");
    };
    return std::ranges::any_of(meant_->aliases, is_asked) ? "alias" : "direct";
}

std::string RouteExplanation::summary() const {
    std::string text = std::to_string(placed_in_all_) + " of " + std::to_string(placed_in_all_ + removed_in_all_) +
                       " endpoints may answer";
    if (cached_ != nullptr) return text + "; what " + cached_->provider->name + " answered before was sent again";
    if (attempts_.empty()) return text + "; none was tried";
    text += "; " + std::to_string(attempts_.size()) + (attempts_.size() == 1 ? " attempt" : " attempts");
    const CatalogueEndpoint* const used = answered();
    return used == nullptr ? text + ", none answered" : text + ", " + used->provider->name + " answered";
}

void RouteExplanation::write_available(JsonWriter& json) const {
    const CatalogueEndpoint* const used = answered();
    json.key("available").array();
    for (const Placed& one : placed_) {
        name_endpoint(json, *one.endpoint);
        json.key("selected").flag(one.endpoint == used).key("reason").text(to_string(one.reason));
        json.key("setback").text_or_null(one.setback == Setback::none ? std::string_view() : to_string(one.setback));
        json.key("candidate").flag(one.tried).end();
    }
    json.end();
}

void RouteExplanation::shortened(std::size_t left_out, std::size_t truncated) {
    shortened_ = "the prompt was too long: " + std::to_string(left_out) +
                 " messages of its middle were left out, and " + std::to_string(truncated) + " texts were truncated";
}

void RouteExplanation::write_members(JsonWriter& json) const {
    json.key("requested").text(requested_).key("strategy").text(strategy()).key("region").null();
    json.key("summary").text(summary()).key("attempt").number(static_cast<std::int64_t>(attempts_.size()));
    const CatalogueEndpoint* const used = answered();
    json.key("is_byok").flag(used != nullptr && used->own != nullptr);
    json.key("endpoints").object().key("total").number(static_cast<std::int64_t>(placed_in_all_ + removed_in_all_));
    write_available(json);
    json.key("removed").array();
    for (const Removed& one : removed_) {
        name_endpoint(json, *one.endpoint);
        json.key("rule").text(one.removal.rule).key("level").text(one.removal.level).end();
    }
    json.end().end();
    json.key("unknown_models").array();
    for (const std::string& name : unknown_) json.text(name);
    json.end().key("attempts").array();
    for (const Attempted& one : attempts_) {
        name_endpoint(json, *one.endpoint);
        json.key("status");
        one.status == 0 ? json.null() : json.number(one.status);
        json.key("error").text_or_null(one.error).end();
    }
    json.end();
    if (shortened_.empty()) return;
    json.key("pipeline").array().object().key("type").text("context_compression");
    json.key("name").text("context-compression").key("summary").text(shortened_).end().end();
}

}  // namespace tollgate
