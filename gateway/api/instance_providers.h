// The configured providers for the instance's operator, with what routing has learned of them from requests.
#pragma once

#include <array>

#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer list_instance_providers(Call& call);

inline constexpr Field kHealthState =
    fields::text("state").one_of("unused|well|degraded|failed_lately|down|rate_limited|failing");

inline constexpr std::array kAttemptCountsFields = {fields::integer("success"), fields::integer("failure"),
                                                    fields::integer("rate_limited").note("429: counts as neither")};
inline constexpr Schema kAttemptCounts{"AttemptCounts", kAttemptCountsFields};

inline constexpr std::array kMedianAndTailFields = {fields::integer("p50"), fields::integer("p90"),
                                                    fields::integer("p99")};
inline constexpr Schema kMedianAndTail{"MedianAndTail", kMedianAndTailFields};

inline constexpr std::array kEndpointHealthFields = {
    fields::text("model"),
    fields::text("endpoint").note("Its name in the catalogue, as openai/priority"),
    kHealthState,
    fields::time("since").or_null().note("When it was found failing, so that it rests"),
    fields::time("until").or_null().note("When it is tried again, or takes requests again"),
    fields::object("last_5m", kAttemptCounts),
    fields::object("last_30m", kAttemptCounts),
    fields::object("last_1d", kAttemptCounts),
    fields::object("first_token_ms", kMedianAndTail).or_null().note("Of 30 minutes; null: too few requests"),
    fields::object("tokens_per_second", kMedianAndTail).or_null().note("The same; so many percent were faster"),
};
inline constexpr Schema kEndpointHealth{"EndpointHealth", kEndpointHealthFields};

inline constexpr std::array kProviderKeyHealthFields = {
    fields::text("name").note("Its position in the configuration, from 1"),
    fields::flag("refused").note("It rests because the provider refused it"),
    fields::integer("resting_endpoints").note("Where it rests after a 429"),
};
inline constexpr Schema kProviderKeyHealth{"ProviderKeyHealth", kProviderKeyHealthFields};

inline constexpr std::array kProviderHealthFields = {
    fields::text("name"),
    fields::text("title").note("For people"),
    fields::text("address").note("Host and port that it is asked at"),
    kHealthState.note("The worst of its endpoints"),
    fields::integer("requests_running").note("Connections that carry a request now"),
    fields::integer("connections_idle"),
    fields::integer("connections_failed").note("That could not be made, since the start"),
    fields::object("last_5m", kAttemptCounts),
    fields::object("last_30m", kAttemptCounts),
    fields::integer("endpoints_known").note("In the catalogue"),
    fields::list("endpoints", kEndpointHealth).note("Those that were asked since the start"),
    fields::list("keys", kProviderKeyHealth).note("Where it has several"),
};
inline constexpr Schema kProviderHealth{"ProviderHealth", kProviderHealthFields};

inline constexpr std::array kInstanceProvidersFields = {
    fields::list("data", kProviderHealth),
    fields::texts("left_out").note("Optional providers without a key: they are not asked"),
};
inline constexpr Schema kInstanceProviders{"InstanceProviders", kInstanceProvidersFields};

}  // namespace tollgate
