// Addresses of pages of the dashboard, for people to open. What they carry stands in the fragment, which browsers send
// to no server: it is in no log, and who opens a link changes nothing by that.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

// Of "/invitation": "https://tollgate.example.com/#/invitation". `base` is the gateway's public URL; without one the
// link is a path.
inline std::string page_link(std::string_view base, std::string_view route) {
    return std::string(base).append("/#").append(route);
}
// The same of a page that uses the token: what stands behind "token=" is all of it.
inline std::string page_link(std::string_view base, std::string_view route, std::string_view token) {
    return page_link(base, route).append("?token=").append(token);
}

inline constexpr std::string_view kInvitationRoute = "/invitation", kVerificationRoute = "/verification";

}  // namespace tollgate
