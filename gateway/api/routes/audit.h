// Who changed what of an organization.
#pragma once

#include "gateway/api/audit.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kAuditRoutes[] = {
    {kGet, "/api/organizations/{organization}/audit", "audit", see_audit, readers, {list_audit},
     "List who changed what, the newest first", {.query = &kAuditQuery, .answer = &kAuditPage, .csv = true}},
    {kGet, "/api/organizations/{organization}/audit/refusals", "audit_refusals", see_audit, readers, {list_refusals},
     "List who was refused what, the newest day first", {.query = &kRefusalsQuery, .answer = &kRefusalPage}},
};
// clang-format on

}  // namespace tollgate::rows
