// What an organization used.
#pragma once

#include "gateway/api/activity.h"
#include "gateway/api/activity_values.h"
#include "gateway/api/analytics.h"
#include "gateway/api/live_activity.h"
#include "gateway/api/month_report.h"
#include "gateway/api/policies.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/savings.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kUsageRoutes[] = {
    {kGet, "/api/organizations/{organization}/activity", "organization_activity",
     see_activity, readers, {list_activity},
     "List requests, the newest first", {.query = &kActivityQuery, .answer = &kActivityPage, .csv = true}},
    {kGet, "/api/organizations/{organization}/activity/values", "organization_activity_values",
     see_activity, readers, {list_activity_values},
     "List what requests can be filtered by", {.query = &kActivityValuesQuery, .answer = &kActivityValues}},
    {kGet, "/api/organizations/{organization}/activity/live", "organization_activity_live",
     see_activity, worker, {watch_activity},
     "Show requests as they are settled", {.query = &kLiveActivityQuery, .events = true}},
    {kGet, "/api/organizations/{organization}/activity/settings", "activity_settings",
     see_settings, readers, {show_activity_settings},
     "Show whose requests members see", {.answer = &kActivitySettings}},
    {kPut, "/api/organizations/{organization}/activity/settings", "activity_settings",
     manage_settings, accounts, {set_activity_settings, "activity_settings.update"},
     "Set whose requests members see", {.body = &kActivitySettingsBody, .answer = &kActivitySettings}},
    {kGet, "/api/organizations/{organization}/analytics", "analytics", see_activity, readers, {show_analytics},
     "Sum usage over time and by dimensions", {.query = &kAnalyticsQuery, .answer = &kAnalytics, .csv = true}},
    {kGet, "/api/organizations/{organization}/analytics/savings", "analytics_savings",
     see_activity, readers, {show_savings},
     "Show what the same tokens would have cost at the cheapest endpoints",
     {.query = &kSavingsQuery, .answer = &kSavings}},
    {kGet, "/api/organizations/{organization}/reports/month", "month_report", see_billing, readers, {show_month_report},
     "Sum a month's usage by cost centre", {.query = &kMonthQuery, .answer = &kMonthReport, .csv = true}},
};
// clang-format on

}  // namespace tollgate::rows
