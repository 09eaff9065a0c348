// The people of an organization.
#pragma once

#include "gateway/api/limits.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kMembersRoutes[] = {
    {kGet, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     see_own_limits, readers, {show_limits},
     "Show a member's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace a member's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of a member's limits", {.body = &kLimitsChange, .answer = &kLimits}},
};
// clang-format on

}  // namespace tollgate::rows
