// In which order endpoints are tried that a request may go to: pure functions over what is known of them.
//
// By default the cheap ones are likelier to be first: an endpoint's weight is 1/price², and the draw is the request's
// own. Two ways of drawing were weighed. A sum of weights with one random number is less work; but when an endpoint
// goes or comes, every conversation may move. Here each endpoint gets a number of its own, from the request's seed and
// its identity, and the smallest of -ln(number)/weight is first: the same probabilities, the rest is in order too, and
// with the seed of a conversation in place of a random one, its requests stay where its prompt is cached. An endpoint
// that goes moves only those who were there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "accounting/accounts/provider_preferences.h"
#include "gateway/routing/health/health_board.h"

namespace tollgate {

// Why an endpoint stands where it does.
enum class OrderReason : std::uint8_t {
    listed,            // the only one, or its place in the price list
    drawn,             // by its price, with the request's draw
    sticky,            // by its price, with the conversation's draw
    stayed,            // it answered the conversation before
    trial,             // it failed, and this request finds out whether it is back
    default_provider,  // the provider that the default names with the model
    ordered,           // `order`
    price,             // `sort`
    throughput,
    latency,
    exacto,
};
std::string_view to_string(OrderReason reason);

// What puts an endpoint behind the others of its kind; a later one weighs more.
enum class Setback : std::uint8_t {
    none,
    for_tools,         // its prices pay for tools that the request does not use
    short_output,      // its longest answer is shorter than the request allows
    lacks_parameters,  // it does not know tools, response_format or verbosity, which the request has
    slow,              // preferred_min_throughput, preferred_max_latency
    degraded,          // answered less than 95 % of 100 attempts or more
    failed_lately,     // an outage in the last 30 seconds
    down,              // answered less than 80 %
    rate_limited,      // asked for less, until a time that is not over
    failing,           // failed several times in a row and rests
};
std::string_view to_string(Setback setback);

// How the request wants them ordered.
struct OrderWish {
    std::size_t groups = 0;  // how many are named one after another, by `order` or as the default's provider
    OrderReason named = OrderReason::ordered;
    std::optional<ProviderSort> sort = {};
    PercentileBounds min_throughput = {}, max_latency = {};
    std::uint64_t seed = 0;    // of the draw
    bool sticky = false;       // it is the conversation's, not the request's
    std::uint64_t stayed = 0;  // identity of the endpoint that answered the conversation; 0: none is known

    bool balances() const { return groups == 0 && !(sort && sort->by); }
};

// Who pays the provider, in the order in which they are asked to.
enum class Payer : std::uint8_t {
    own,           // the organization, with its own key
    operators,     // the operator
    own_fallback,  // the organization, with a key that is for when the operator's fail
};

// An endpoint that may be tried. What is above `reason` are facts.
struct RankedEndpoint {
    std::uint32_t model = 0;     // its place among the models that are asked for
    std::uint64_t identity = 0;  // the same at every start
    Payer payer = Payer::operators;
    std::int64_t priority = 0;                   // of own keys: smaller ones first
    std::size_t group = 0;                       // the one that names it; OrderWish::groups: none does
    std::int64_t price = 0;                      // pico-USD: of a prompt token and a completion token
    std::optional<ProviderSortBy> sort_by = {};  // of its model, in place of the wish's
    bool for_tools = false, short_output = false, lacks_parameters = false;
    const RoutingHealth* health = nullptr;

    OrderReason reason = OrderReason::listed;
    Setback setback = Setback::none;
    double key = 0;      // smaller ones first
    std::size_t at = 0;  // where it stood
};

// Sets reason, setback, key and at, and sorts.
void rank_endpoints(std::span<RankedEndpoint> ranked, const OrderWish& wish);

}  // namespace tollgate
