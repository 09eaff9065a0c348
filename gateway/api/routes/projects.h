// The projects of an organization.
#pragma once

#include "gateway/api/keys.h"
#include "gateway/api/limits.h"
#include "gateway/api/projects.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kProjectsRoutes[] = {
    {kGet, "/api/organizations/{organization}/projects", "projects", see_projects, readers, {list_projects},
     "List projects", {.query = &kProjectsQuery, .answer = &kProjectPage}},
    {kPost, "/api/organizations/{organization}/projects", "projects",
     manage_projects, accounts, {create_project, "project.create"},
     "Create a project", {.body = &kNewProject, .answer = &kProject, .status = 201}},
    {kGet, "/api/organizations/{organization}/projects/{project}", "project", see_projects, readers, {show_project},
     "Show a project", {.answer = &kProject}},
    {kPatch, "/api/organizations/{organization}/projects/{project}", "project",
     manage_projects, accounts, {update_project, "project.update"},
     "Rename a project, archive it with its keys, or take it back", {.body = &kProjectChange, .answer = &kProject}},
    {kDelete, "/api/organizations/{organization}/projects/{project}", "project",
     manage_projects, accounts, {delete_project, "project.delete"},
     "Delete an archived project with its keys", {.answer = &kDeleted}},
    {kPost, "/api/organizations/{organization}/projects/{project}/default", "project_default",
     manage_projects, accounts, {make_default_project, "project.default"},
     "Make a project the default one", {.answer = &kProject}},
    {kGet, "/api/organizations/{organization}/projects/{project}/limits", "project_limits",
     see_projects, readers, {show_limits},
     "Show a project's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/projects/{project}/limits", "project_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace a project's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/projects/{project}/limits", "project_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of a project's limits", {.body = &kLimitsChange, .answer = &kLimits}},
};
// clang-format on

}  // namespace tollgate::rows
