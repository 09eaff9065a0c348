// The dashboard's page and its files. They are no part of the API, and its document does not name them.
#pragma once

#include "gateway/api/dashboard.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kDashboardRoutes[] = {
    {kGet, "/", "dashboard", open, readers, {show_dashboard},
     "The dashboard", {.file = true}},
    {kGet, "/assets/{file}", "dashboard_file", open, readers, {show_dashboard_file},
     "A file of the dashboard", {.file = true}},
};
// clang-format on

}  // namespace tollgate::rows
