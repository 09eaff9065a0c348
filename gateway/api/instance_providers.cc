#include "gateway/api/instance_providers.h"

#include <algorithm>

#include "gateway/ops/key_metrics.h"
#include "gateway/routing/endpoint_name.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// By the names of docs/routing.md, the worst last.
enum class HealthState : std::uint8_t { unused, well, degraded, failed_lately, down, rate_limited, failing };

std::string_view to_string(HealthState state) {
    constexpr std::array<std::string_view, 7> kNames = {"unused", "well",         "degraded", "failed_lately",
                                                        "down",   "rate_limited", "failing"};
    return kNames[static_cast<std::size_t>(state)];
}

HealthState state_of(const RoutingHealth& health) {
    if (health.breaker != CircuitBreaker::State::closed) return HealthState::failing;
    if (health.rate_limited) return HealthState::rate_limited;
    if (health.grade == HealthGrade::down) return HealthState::down;
    if (health.failed_lately) return HealthState::failed_lately;
    return health.grade == HealthGrade::good ? HealthState::well : HealthState::degraded;
}

// Health has times of the steady clock; people read others.
struct Now {
    std::int64_t monotonic_ms, unix_ms;
    std::int64_t unix_of(std::int64_t ms) const { return unix_ms - (monotonic_ms - ms); }
};

// An endpoint as it is asked, with what was seen of it.
struct SeenEndpoint {
    const CatalogueEndpoint* endpoint;
    RoutingHealth health;
    EndpointStatistics statistics;
    HealthState state;
};

struct ProviderSums {
    std::size_t endpoints_known = 0;
    std::vector<SeenEndpoint> seen;
    OutcomeCounts last_5m, last_30m;
    HealthState state = HealthState::unused;
};

ProviderSums sum_of(const Services& services, const Catalogue& catalogue, const Provider& provider,
                    std::int64_t monotonic_ms) {
    ProviderSums sums;
    for (const CatalogueEndpoint& endpoint : catalogue.endpoints()) {
        if (endpoint.provider->name != provider.name) continue;
        ++sums.endpoints_known;
        if (!services.health->was_asked(endpoint.number)) continue;
        SeenEndpoint seen{.endpoint = &endpoint,
                          .health = services.health->now(endpoint.number, monotonic_ms),
                          .statistics = services.health->statistics(endpoint.number, monotonic_ms),
                          .state = HealthState::unused};
        seen.state = state_of(seen.health);
        sums.last_5m += seen.statistics.last_5m;
        sums.last_30m += seen.statistics.last_30m;
        sums.state = std::max(sums.state, seen.state);
        sums.seen.push_back(seen);
    }
    std::ranges::sort(sums.seen, [](const SeenEndpoint& one, const SeenEndpoint& other) {
        return std::pair(other.state, one.endpoint->number) < std::pair(one.state, other.endpoint->number);
    });
    return sums;
}

void write_counts(std::string_view name, const OutcomeCounts& counts, JsonWriter& json) {
    json.key(name).object().key("success").number(static_cast<std::int64_t>(counts.success));
    json.key("failure").number(static_cast<std::int64_t>(counts.failure));
    json.key("rate_limited").number(static_cast<std::int64_t>(counts.rate_limited)).end();
}

void write_percentiles(std::string_view name, const std::optional<Percentiles>& seen, std::int64_t divisor,
                       JsonWriter& json) {
    json.key(name);
    if (!seen) return void(json.null());
    json.object().key("p50").number(seen->p50 / divisor).key("p90").number(seen->p90 / divisor);
    json.key("p99").number(seen->p99 / divisor).end();
}

void write_endpoint_health(const Services& services, const SeenEndpoint& seen, const Now& now, JsonWriter& json) {
    constexpr std::int64_t kThousandths = 1000;
    const std::size_t number = seen.endpoint->number;
    const CircuitBreaker& breaker = services.health->breaker(number);
    const bool resting = seen.state == HealthState::failing;
    std::int64_t until_ms = 0;
    if (resting) until_ms = now.unix_of(breaker.trial_at_ms());
    if (seen.state == HealthState::rate_limited) until_ms = now.unix_of(services.health->rests_until_ms(number));
    json.object().key("model").text(seen.endpoint->model->id).key("endpoint").text(own_name(*seen.endpoint));
    json.key("state").text(to_string(seen.state));
    json.key("since").time(resting ? now.unix_of(breaker.opened_ms()) : 0).key("until").time(until_ms);
    write_counts("last_5m", seen.statistics.last_5m, json);
    write_counts("last_30m", seen.statistics.last_30m, json);
    write_counts("last_1d", seen.statistics.last_1d, json);
    write_percentiles("first_token_ms", seen.statistics.latency_30m, 1, json);
    write_percentiles("tokens_per_second", seen.statistics.throughput_30m, kThousandths, json);
    json.end();
}

void write_keys(const Catalogue& catalogue, const Provider& provider, std::int64_t monotonic_ms, JsonWriter& json) {
    json.key("keys").array();
    const OperatorKeys& keys = provider.operators;
    for (std::size_t at = 0; keys.several() && at < keys.size(); ++at) {
        json.object().key("name").text(keys[at].name).key("refused").flag(is_key_refused(provider, at, monotonic_ms));
        json.key("resting_endpoints").number(endpoints_without(catalogue, provider, at, monotonic_ms)).end();
    }
    json.end();
}

void write_connections(const Services& services, const Provider& provider, JsonWriter& json) {
    std::int64_t open = 0, idle = 0, failed = 0;
    for (const Worker* const worker : services.instance.workers) {
        const PoolCounters& counters = worker->pools()[provider.index]->counters();
        open += static_cast<std::int64_t>(counters.open.get());
        idle += static_cast<std::int64_t>(counters.idle.get());
        failed += static_cast<std::int64_t>(counters.failed.get());
    }
    // They are counted one after another: one may have gone meanwhile.
    json.key("requests_running").number(std::max(open - idle, std::int64_t{0}));
    json.key("connections_idle").number(idle).key("connections_failed").number(failed);
}

void write_provider(const Services& services, const Catalogue& catalogue, const Provider& provider, const Now& now,
                    JsonWriter& json) {
    const ProviderSums sums = sum_of(services, catalogue, provider, now.monotonic_ms);
    const ProviderFacts* const facts = catalogue.prices().provider(provider.name);
    json.object().key("name").text(provider.name);
    json.key("title").text(facts == nullptr || facts->name.empty() ? provider.name : facts->name);
    json.key("address").text(provider.host + ":" + provider.port).key("state").text(to_string(sums.state));
    write_connections(services, provider, json);
    write_counts("last_5m", sums.last_5m, json);
    write_counts("last_30m", sums.last_30m, json);
    json.key("endpoints_known").number(static_cast<std::int64_t>(sums.endpoints_known)).key("endpoints").array();
    for (const SeenEndpoint& seen : sums.seen) write_endpoint_health(services, seen, now, json);
    json.end();
    write_keys(catalogue, provider, now.monotonic_ms, json);
    json.end();
}

}  // namespace

ApiAnswer list_instance_providers(Call& call) {
    const Services& services = call.services;
    const auto catalogue = services.catalogue.get();
    const Now now{.monotonic_ms = wire::monotonic_ms(wire::Clock::now()), .unix_ms = call.request.now_ms};
    JsonWriter json;
    json.object().key("data").array();
    for (const Provider& provider : catalogue->providers()) write_provider(services, *catalogue, provider, now, json);
    json.end().key("left_out").array();
    for (const std::string& name : services.config.providers_left_out) json.text(name);
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
