// What an organization used.
#pragma once

#include "gateway/api/activity.h"
#include "gateway/api/activity_values.h"
#include "gateway/api/analytics.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kUsageRoutes[] = {
    {kGet, "/api/organizations/{organization}/activity", "organization_activity",
     see_activity, readers, {list_activity},
     "List requests, the newest first", {.query = &kActivityQuery, .answer = &kActivityPage, .csv = true}},
    {kGet, "/api/organizations/{organization}/activity/values", "organization_activity_values",
     see_activity, readers, {list_activity_values},
     "List what requests can be filtered by", {.query = &kActivityValuesQuery, .answer = &kActivityValues}},
    {kGet, "/api/organizations/{organization}/analytics", "analytics", see_activity, readers, {show_analytics},
     "Sum usage over time and by dimensions", {.query = &kAnalyticsQuery, .answer = &kAnalytics, .csv = true}},
};
// clang-format on

}  // namespace tollgate::rows
