#include "gateway/api/model_endpoints.h"

#include <algorithm>
#include <set>

#include "gateway/api/models.h"
#include "gateway/own_catalogue.h"
#include "gateway/routing/endpoint_name.h"
#include "gateway/services.h"
#include "gateway/wire/clock.h"

namespace tollgate {
namespace {

// In hundredths of a percent; none: nothing was seen.
std::optional<std::int64_t> uptime_of(const OutcomeCounts& counts) {
    if (counts.judged() == 0) return std::nullopt;
    return static_cast<std::int64_t>(counts.success * 10'000 / counts.judged());
}

int status_of(HealthGrade grade) {
    switch (grade) {
        case HealthGrade::good:
            return 0;
        case HealthGrade::degraded:
            return -1;
        case HealthGrade::down:
            break;
    }
    return -2;
}

LiveFacts live_facts(const Call& call, const CatalogueEndpoint& endpoint) {
    if (endpoint.own != nullptr) return {};  // what is seen of it is one organization's
    constexpr std::int64_t kThousandths = 1000;
    const std::int64_t now_ms = wire::monotonic_ms(wire::Clock::now());
    const EndpointStatistics seen = call.services.health->statistics(endpoint.number, now_ms);
    LiveFacts facts;
    facts.status = status_of(grade_of(seen.last_5m));
    facts.uptime_last_5m = uptime_of(seen.last_5m);
    facts.uptime_last_30m = uptime_of(seen.last_30m);
    facts.uptime_last_1d = uptime_of(seen.last_1d);
    facts.latency_ms_last_30m = seen.latency_30m;
    facts.tokens_per_second_last_30m = seen.throughput_30m;
    if (auto& rate = facts.tokens_per_second_last_30m) {
        for (std::int64_t* const one : {&rate->p50, &rate->p75, &rate->p90, &rate->p99}) *one /= kThousandths;
    }
    return facts;
}

void write_endpoints(const Call& call, const Catalogue& catalogue,
                     const std::vector<const CatalogueEndpoint*>& endpoints, JsonWriter& json) {
    json.array();
    for (const CatalogueEndpoint* const one : endpoints) {
        write_endpoint(*one, catalogue.prices().provider(one->endpoint->provider), live_facts(call, *one), json);
    }
    json.end();
}

// The model that the path names, as far as the caller may call it; without endpoints if he may not, or there is none.
ListedModel asked_model(const Call& call, const Catalogue& catalogue) {
    const std::string name = std::string(call.path("author")) + "/" + std::string(call.path("slug"));
    const Model* const model = model_in_path(catalogue, name);
    if (model == nullptr) return {};
    return {model, callable_endpoints(call.request.principal, catalogue.find(model->id))};
}

ApiAnswer no_such_model(const Call& call) {
    return unknown_model(std::string(call.path("author")) + "/" + std::string(call.path("slug")));
}

}  // namespace

ApiAnswer list_model_endpoints(Call& call) {
    const auto catalogue = catalogue_for(call.services, call.request.principal, call.services.catalogue.get());
    const ListedModel listed = asked_model(call, *catalogue);
    if (listed.endpoints.empty()) return no_such_model(call);
    const Model& model = *listed.model;
    JsonWriter json;
    json.object().key("data").object().key("id").text(model.id).key("name").text(model.name);
    json.key("created").number(model.created).key("description").text("");
    write_architecture(model, json);
    json.key("endpoints");
    write_endpoints(call, *catalogue, listed.endpoints, json);
    json.end().end();
    return json_answer(json);
}

// What the operator declares of a provider counts, as it does for requests.
ApiAnswer list_zdr_endpoints(Call& call) {
    const auto catalogue = catalogue_for(call.services, call.request.principal, call.services.catalogue.get());
    auto endpoints = callable_endpoints(call.request.principal, catalogue->endpoints());
    std::erase_if(endpoints, [](const CatalogueEndpoint* one) { return !one->provider->zero_data_retention; });
    JsonWriter json;
    json.object().key("data");
    write_endpoints(call, *catalogue, endpoints, json);
    json.end();
    return json_answer(json);
}

ApiAnswer list_providers(Call& call) {
    const auto catalogue = catalogue_for(call.services, call.request.principal, call.services.catalogue.get());
    std::set<std::string> names;
    for (const CatalogueEndpoint* const one : callable_endpoints(call.request.principal, catalogue->endpoints())) {
        names.insert(one->provider->name);
    }
    JsonWriter json;
    json.object().key("data").array();
    for (const std::string& name : names) {
        static const ProviderFacts kUnknown;
        const ProviderFacts* const known = catalogue->prices().provider(name);
        const ProviderFacts& facts = known == nullptr ? kUnknown : *known;
        json.object().key("name").text(facts.name.empty() ? name : facts.name).key("slug").text(name);
        json.key("privacy_policy_url").text_or_null(facts.privacy_policy_url);
        json.key("terms_of_service_url").text_or_null(facts.terms_of_service_url);
        json.key("status_page_url").text_or_null(facts.status_page_url);
        json.key("headquarters").text_or_null(facts.headquarters).key("datacenters");
        facts.datacenters.empty() ? void(json.null()) : write_texts(facts.datacenters, json);
        json.end();
    }
    json.end().end();
    return json_answer(json);
}

ApiAnswer show_model_parameters(Call& call) {
    const auto catalogue = catalogue_for(call.services, call.request.principal, call.services.catalogue.get());
    ListedModel listed = asked_model(call, *catalogue);
    if (const std::string provider = call.query.text("provider"); !provider.empty()) {
        std::erase_if(listed.endpoints, [&](const auto* one) { return !is_named(provider, *one); });
    }
    if (listed.endpoints.empty()) return no_such_model(call);
    std::set<std::string_view> parameters;
    for (const CatalogueEndpoint* const one : listed.endpoints) {
        for (const std::string_view name : supported_parameters(*listed.model, *one->endpoint)) parameters.insert(name);
    }
    JsonWriter json;
    json.object().key("data").object().key("model").text(listed.model->id).key("supported_parameters").array();
    for (const std::string_view name : parameters) json.text(name);
    json.end().end().end();
    return json_answer(json);
}

}  // namespace tollgate
