// Organizations and their projects.
#pragma once

#include <array>

#include "accounting/accounts/organization.h"
#include "accounting/accounts/project.h"
#include "gateway/api/call.h"
#include "gateway/api/paging.h"

namespace tollgate {

// A page of them, in the order in which they were made.
PageOf<const Organization*> page_of_organizations(const Page& page, std::vector<const Organization*> all);
void write_organization(const Directory& directory, const Organization& organization, JsonWriter& json);

ApiAnswer list_organizations(Call& call);
ApiAnswer create_organization(Call& call, Change& change);
ApiAnswer show_organization(Call& call);
ApiAnswer list_projects(Call& call);
ApiAnswer create_project(Call& call, Change& change);

inline constexpr Field kNameField = fields::text("name").from(1, 100).required().note("At most 100 bytes");
inline constexpr std::array kNewOrganizationFields = {kNameField};
inline constexpr Schema kNewOrganization{"NewOrganization", kNewOrganizationFields};
inline constexpr Schema kNewProject{"NewProject", kNewOrganizationFields};

inline constexpr std::array kOrganizationFields = {
    fields::uuid("id"),         fields::text("name"),
    fields::text("slug"),       fields::text("kind").one_of("personal|team"),
    fields::time("created_at"), fields::uuid("default_project_id")};
inline constexpr Schema kOrganization{"Organization", kOrganizationFields};
inline constexpr std::array kOrganizationPageFields = {fields::list("data", kOrganization), kNextCursor};
inline constexpr Schema kOrganizationPage{"OrganizationPage", kOrganizationPageFields};

inline constexpr std::array kProjectFields = {fields::uuid("id"), fields::text("name"), fields::flag("is_default"),
                                              fields::time("created_at")};
inline constexpr Schema kProject{"Project", kProjectFields};
inline constexpr std::array kProjectPageFields = {fields::list("data", kProject), kNextCursor};
inline constexpr Schema kProjectPage{"ProjectPage", kProjectPageFields};

}  // namespace tollgate
