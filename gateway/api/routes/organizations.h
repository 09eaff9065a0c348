// Organizations.
#pragma once

#include "gateway/api/organizations.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kOrganizationsRoutes[] = {
    {kGet, "/api/organizations", "organizations", list_organizations, readers, {tollgate::list_organizations},
     "List organizations", {.query = &kPageQuery, .answer = &kOrganizationPage}},
    {kPost, "/api/organizations", "organizations",
     Permission::create_organization, accounts, {tollgate::create_organization, "organization.create"},
     "Create an organization with its default project",
     {.body = &kNewOrganization, .answer = &kOrganization, .status = 201}},
    {kGet, "/api/organizations/{organization}", "organization", see_organization, readers, {show_organization},
     "Show an organization", {.answer = &kOrganization}},
};
// clang-format on

}  // namespace tollgate::rows
