// What rows of the table of routes are written with. There is one header for each area; gateway/api/routes.cc joins
// them. Rows of one path stand together.
#pragma once

#include "gateway/exchange/route.h"

namespace tollgate::rows {

using enum Guard::Kind;
using enum Permission;
using enum RunsOn;

// Needs a young proof of a session's person.
constexpr Guard stepped_up(Guard guard) { return guard.after_step_up(); }
// No token will do.
constexpr Guard by_session(Guard guard) { return guard.by_session(); }

inline constexpr std::string_view kGet = "GET", kPost = "POST", kPut = "PUT", kPatch = "PATCH", kDelete = "DELETE",
                                  kOptions = "OPTIONS";

}  // namespace tollgate::rows
