// Where a request would go and why, without calling anyone.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/presets.h"

namespace tollgate {

ApiAnswer preview_routing(Call& call);

inline constexpr std::array kRoutedEndpointFields = {
    fields::text("provider"),
    fields::text("model"),
    fields::text("endpoint").maybe().note("Its own name, where it has one"),
};
inline constexpr auto kAvailableEndpointFields =
    joined(kRoutedEndpointFields,
           std::array{
               fields::flag("selected").note("Whether it answered; a preview has none"),
               fields::text("reason").note("Why it stands there, such as drawn, ordered, price"),
               fields::text("setback").or_null().note("What puts it behind, such as failing, rate_limited, slow"),
               fields::flag("candidate").note("Whether it would be tried at all"),
           });
inline constexpr Schema kAvailableEndpoint{"AvailableEndpoint", kAvailableEndpointFields};
inline constexpr auto kRemovedEndpointFields =
    joined(kRoutedEndpointFields,
           std::array{
               fields::text("rule").note("That removed it, such as only, max_price, deny_models"),
               fields::text("level").note("Whose: key, organization, preset, request, price_list, provider"),
           });
inline constexpr Schema kRemovedEndpoint{"RemovedEndpoint", kRemovedEndpointFields};
inline constexpr std::array kRoutedEndpointsFields = {
    fields::integer("total"),
    fields::list("available", kAvailableEndpoint).note("In the order in which they are tried"),
    fields::list("removed", kRemovedEndpoint),
};
inline constexpr Schema kRoutedEndpoints{"RoutedEndpoints", kRoutedEndpointsFields};
inline constexpr auto kRoutedAttemptFields = joined(
    kRoutedEndpointFields, std::array{fields::integer("status").or_null().note("The provider's; null: none came"),
                                      fields::text("error").or_null()});
inline constexpr Schema kRoutedAttempt{"RoutedAttempt", kRoutedAttemptFields};
inline constexpr std::array kRoutingErrorFields = {fields::text("code"), fields::text("message")};
inline constexpr Schema kRoutingError{"RoutingError", kRoutingErrorFields};
inline constexpr std::array kRoutingPreviewFields = {
    fields::text("requested").note("The model's name"),
    fields::text("strategy").note("direct, alias, auto, latest, free or fallback"),
    fields::text("region").or_null(),
    fields::text("summary"),
    fields::integer("attempt").note("How many were made"),
    fields::flag("is_byok"),
    fields::object("endpoints", kRoutedEndpoints),
    fields::texts("unknown_models").note("Names that stand for no model that may answer"),
    fields::list("attempts", kRoutedAttempt),
    fields::object("error", kRoutingError).or_null().note("That the request would get; null: none"),
};
inline constexpr Schema kRoutingPreview{"RoutingPreview", kRoutingPreviewFields};

}  // namespace tollgate
