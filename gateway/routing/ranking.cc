#include "gateway/routing/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "gateway/routing/mix_bits.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 11> kReasons = {
    "listed",  "drawn", "sticky",     "stayed",  "trial", "default_provider",
    "ordered", "price", "throughput", "latency", "exacto"};
constexpr std::array<std::string_view, 10> kSetbacks = {
    "none",     "for_tools",     "short_output", "lacks_parameters", "slow",
    "degraded", "failed_lately", "down",         "rate_limited",     "failing"};

constexpr double kUnknown = std::numeric_limits<double>::max();  // after all that is known

// What costs nothing goes before all that costs.
double draw(const RankedEndpoint& one, std::uint64_t seed) {
    const double price = static_cast<double>(std::max<std::int64_t>(one.price, 1));
    return -std::log(unit_of(mix_bits(seed ^ one.identity))) * price * price;
}

bool misses_throughput(const PercentileBounds& bounds, const std::optional<Percentiles>& seen) {
    const auto misses = [](const std::optional<std::int64_t>& bound, std::int64_t value) {
        return bound && value < *bound;
    };
    return seen && (misses(bounds.p50, seen->p50) || misses(bounds.p75, seen->p75) || misses(bounds.p90, seen->p90) ||
                    misses(bounds.p99, seen->p99));
}

// Bounds and what was seen are both ms: thousandths of a second.
bool misses_latency(const PercentileBounds& bounds, const std::optional<Percentiles>& seen) {
    const auto misses = [](const std::optional<std::int64_t>& bound, std::int64_t value) {
        return bound && value > *bound;
    };
    return seen && (misses(bounds.p50, seen->p50) || misses(bounds.p75, seen->p75) || misses(bounds.p90, seen->p90) ||
                    misses(bounds.p99, seen->p99));
}

// The weightiest there is.
Setback setback_of(const RankedEndpoint& one, const OrderWish& wish) {
    const RoutingHealth& health = *one.health;
    if (health.breaker == CircuitBreaker::State::resting) return Setback::failing;
    if (health.rate_limited) return Setback::rate_limited;
    if (health.grade == HealthGrade::down) return Setback::down;
    if (health.failed_lately) return Setback::failed_lately;
    if (health.grade == HealthGrade::degraded) return Setback::degraded;
    if (misses_throughput(wish.min_throughput, health.throughput) || misses_latency(wish.max_latency, health.latency)) {
        return Setback::slow;
    }
    if (one.lacks_parameters) return Setback::lacks_parameters;
    if (one.short_output) return Setback::short_output;
    return one.for_tools ? Setback::for_tools : Setback::none;
}

double sort_key(const RankedEndpoint& one, ProviderSortBy by) {
    const RoutingHealth& health = *one.health;
    switch (by) {
        case ProviderSortBy::price:
            return static_cast<double>(one.price);
        case ProviderSortBy::throughput:
            return health.throughput ? -static_cast<double>(health.throughput->p50) : kUnknown;
        case ProviderSortBy::latency:
            return health.latency ? static_cast<double>(health.latency->p50) : kUnknown;
        case ProviderSortBy::exacto:
            return -health.uptime;
    }
    return 0;
}

OrderReason reason_of(ProviderSortBy by) {
    switch (by) {
        case ProviderSortBy::price:
            return OrderReason::price;
        case ProviderSortBy::throughput:
            return OrderReason::throughput;
        case ProviderSortBy::latency:
            return OrderReason::latency;
        case ProviderSortBy::exacto:
            return OrderReason::exacto;
    }
    return OrderReason::price;
}

std::optional<ProviderSortBy> sort_of(const RankedEndpoint& one, const OrderWish& wish) {
    if (one.sort_by || !wish.sort) return one.sort_by;
    return wish.sort->by;
}

// Who names an order or a sort has said what he wants, and gets it while it works at all.
bool sets_back(Setback setback, const RankedEndpoint& one, const OrderWish& wish) {
    if (setback >= Setback::rate_limited) return true;
    if (one.group < wish.groups) return false;
    if (!sort_of(one, wish)) return true;
    return setback != Setback::degraded && setback != Setback::failed_lately;
}

void place(RankedEndpoint& one, const OrderWish& wish) {
    const Setback setback = setback_of(one, wish);
    one.setback = sets_back(setback, one, wish) ? setback : Setback::none;
    if (one.group < wish.groups) {
        one.reason = wish.named;
        one.key = static_cast<double>(one.at);
    } else if (const auto by = sort_of(one, wish)) {
        one.reason = reason_of(*by);
        one.key = sort_key(one, *by);
    } else {
        one.reason = wish.sticky ? OrderReason::sticky : OrderReason::drawn;
        one.key = draw(one, wish.seed);
    }
}

// Only where nobody has said what goes first: a trial may cost the request a failed attempt.
void put_first(RankedEndpoint& one, const OrderWish& wish) {
    if (one.health->breaker == CircuitBreaker::State::trial_due) {
        one.reason = OrderReason::trial;
        one.setback = Setback::none;
        one.key = -2;
    } else if (wish.stayed != 0 && one.identity == wish.stayed && one.setback == Setback::none) {
        one.reason = OrderReason::stayed;
        one.key = -1;
    }
}

}  // namespace

std::string_view to_string(OrderReason reason) { return kReasons.at(static_cast<std::size_t>(reason)); }
std::string_view to_string(Setback setback) { return kSetbacks.at(static_cast<std::size_t>(setback)); }

void rank_endpoints(std::span<RankedEndpoint> ranked, const OrderWish& wish) {
    for (std::size_t i = 0; i < ranked.size(); ++i) {
        RankedEndpoint& one = ranked[i];
        one.at = i;
        place(one, wish);
        if (wish.balances() && !one.sort_by) put_first(one, wish);
    }
    // What is sorted by different figures cannot be compared.
    const bool differ = std::ranges::any_of(ranked, [](const RankedEndpoint& one) { return one.sort_by.has_value(); });
    const bool models_in_turn = !wish.sort || wish.sort->partition == SortPartition::model || differ;
    std::ranges::sort(ranked, {}, [&](const RankedEndpoint& one) {
        const bool last_resort = one.setback >= Setback::rate_limited;
        return std::tuple(last_resort, models_in_turn ? one.model : 0U, one.payer, one.group, one.priority, one.setback,
                          one.key, one.at);
    });
}

}  // namespace tollgate
