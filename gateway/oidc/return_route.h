// Where somebody wants to be after he has signed in: a route of our own page, which stands in the fragment of its
// address. It is only ever put behind a "#" of our own, so that no text of it can lead to another site.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tollgate::oidc {

inline constexpr std::size_t kMostRouteBytes = 512;
inline constexpr std::string_view kOverviewRoute = "/";

// The route as it was asked for ("/o/018f…/keys?page=2"), without the "#" that may stand before it; the overview where
// it is none: too long, not beginning with one slash, with a character that an address must not have, or with one that
// a browser, or a reader of its own, may take for another path (\, //, /../), escaped or not.
std::string return_route(std::string_view asked);

}  // namespace tollgate::oidc
