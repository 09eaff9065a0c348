// Organizations.
#pragma once

#include "gateway/api/organizations.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kOrganizationsRoutes[] = {
    {kGet, "/api/organizations", "organizations", list_organizations, readers, {tollgate::list_organizations},
     "List organizations", {.query = &kOrganizationsQuery, .answer = &kOrganizationPages}},
    {kPost, "/api/organizations", "organizations",
     Permission::create_organization, accounts, {tollgate::create_organization, "organization.create"},
     "Create an organization with its default project",
     {.body = &kNewOrganization, .answer = &kOrganization, .status = 201}},
    {kGet, "/api/organizations/{organization}", "organization", see_organization, readers, {show_organization},
     "Show an organization", {.answer = &kOrganization}},
    {kPatch, "/api/organizations/{organization}", "organization",
     Permission::change_organization, accounts, {update_organization, "organization.update"},
     "Change an organization's name or slug; the operator suspends it", {.body = &kOrganizationChange, .answer = &kOrganization}},
    {kDelete, "/api/organizations/{organization}", "organization",
     stepped_up(Permission::delete_organization), accounts, {tollgate::delete_organization, "organization.delete"},
     "Delete an organization; its keys fail at once, its books stay",
     {.body = &kDeletion, .answer = &kOrganizationDeleted, .body_optional = true}},
};
// clang-format on

}  // namespace tollgate::rows
