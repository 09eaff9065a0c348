#include "gateway/ops/key_metrics.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace tollgate {
namespace {

using Type = MetricFamilies::Type;

constexpr std::array<const char*, kKeyVerdicts> kVerdicts = {"well", "rate_limited", "refused"};

// Providers of endpoints that have several keys; each once.
std::vector<const Provider*> providers_with_keys(const Catalogue& catalogue) {
    std::vector<const Provider*> providers;
    for (const CatalogueEndpoint& endpoint : catalogue.endpoints()) {
        const bool seen = std::ranges::find(providers, endpoint.provider) != providers.end();
        if (endpoint.provider->operators.several() && !seen) providers.push_back(endpoint.provider);
    }
    return providers;
}

MetricFamilies::Labels labels_of(const Provider& provider, std::size_t at) {
    return {{"provider", provider.name}, {"key", provider.operators[at].name}};
}

// `value` of each key of each of the providers.
template <class Value>
void write_gauge(const std::vector<const Provider*>& providers, MetricFamilies::Family& family, Value value) {
    for (const Provider* const provider : providers) {
        for (std::size_t at = 0; at < provider->operators.size(); ++at) {
            MetricFamilies::add(family, labels_of(*provider, at), static_cast<double>(value(*provider, at)));
        }
    }
}

}  // namespace

bool is_key_refused(const Provider& provider, std::size_t at, std::int64_t now_ms) {
    return provider.operators[at].standing->breaker.state(now_ms) != CircuitBreaker::State::closed;
}

std::int64_t endpoints_without(const Catalogue& catalogue, const Provider& provider, std::size_t at,
                               std::int64_t now_ms) {
    return std::ranges::count_if(catalogue.endpoints(), [&](const CatalogueEndpoint& endpoint) {
        return endpoint.provider == &provider && endpoint.key_allowances[at]->rests_until_ms() > now_ms;
    });
}

void write_operator_keys(const Catalogue& catalogue, std::int64_t now_ms, MetricFamilies& out) {
    const std::vector<const Provider*> providers = providers_with_keys(catalogue);
    write_gauge(providers,
                out.family("tollgate_provider_key_refused",
                           "1 while a provider's key of several rests because it was refused.", Type::Gauge),
                [now_ms](const Provider& provider, std::size_t at) { return is_key_refused(provider, at, now_ms); });
    write_gauge(
        providers,
        out.family("tollgate_provider_key_rate_limited_endpoints",
                   "Endpoints at which the key rests now because they answered 429.", Type::Gauge),
        [&](const Provider& provider, std::size_t at) { return endpoints_without(catalogue, provider, at, now_ms); });
    MetricFamilies::Family& attempts =
        out.family("tollgate_provider_key_attempts_total",
                   "Attempts that a provider answered, by key and by what the answer says of it.", Type::Counter);
    for (const Provider* const provider : providers) {
        for (std::size_t at = 0; at < provider->operators.size(); ++at) {
            for (std::size_t verdict = 0; verdict < kKeyVerdicts; ++verdict) {
                MetricFamilies::Labels labels = labels_of(*provider, at);
                labels.push_back({"verdict", kVerdicts[verdict]});
                const auto& counts = provider->operators[at].standing->attempts;
                MetricFamilies::add(attempts, std::move(labels),
                                    static_cast<double>(counts[verdict].load(std::memory_order_relaxed)));
            }
        }
    }
}

}  // namespace tollgate
