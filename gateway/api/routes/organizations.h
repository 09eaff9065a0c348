// Organizations.
#pragma once

#include "gateway/api/organizations.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kOrganizationsRoutes[] = {
    {kGet, "/api/organizations", "organizations", manage_organizations, readers, {list_organizations},
     "List organizations", {.query = &kPageQuery, .answer = &kOrganizationPage}},
    {kPost, "/api/organizations", "organizations",
     manage_organizations, accounts, {create_organization, "organization.create"},
     "Create an organization with its default project",
     {.body = &kNewOrganization, .answer = &kOrganization, .status = 201}},
    {kGet, "/api/organizations/{organization}", "organization", see_settings, readers, {show_organization},
     "Show an organization", {.answer = &kOrganization}},
};
// clang-format on

}  // namespace tollgate::rows
