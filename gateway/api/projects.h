// Projects of an organization.
#pragma once

#include "accounting/accounts/project.h"
#include "gateway/api/organizations.h"

namespace tollgate {

ApiAnswer list_projects(Call& call);
ApiAnswer create_project(Call& call, Change& change);
ApiAnswer show_project(Call& call);
ApiAnswer update_project(Call& call, Change& change);
ApiAnswer delete_project(Call& call, Change& change);
ApiAnswer make_default_project(Call& call, Change& change);

inline constexpr Field kModeField =
    fields::text("mode").one_of("credits|api-keys|hybrid").note("Whose keys at providers its requests go with");
inline constexpr std::array kNewProjectFields = {kNameField, kModeField};
inline constexpr Schema kNewProject{"NewProject", kNewProjectFields};

inline constexpr std::array kProjectFields = {
    fields::uuid("id"),
    fields::text("name"),
    kModeField,
    fields::flag("is_default").note("Keys are made in it where they name no project"),
    fields::flag("archived").note("Its keys are disabled meanwhile"),
    fields::time("created_at"),
    fields::integer("version"),
};
inline constexpr Schema kProject{"Project", kProjectFields};
inline constexpr Schema kProjectChange{"ProjectChange", kProjectFields};
inline constexpr std::array kProjectPageFields = {fields::list("data", kProject), kNextCursor};
inline constexpr Schema kProjectPage{"ProjectPage", kProjectPageFields};
inline constexpr std::array kProjectsQueryFields = {
    kPageLimit, kPageCursor, fields::text("archived").one_of("true|false").note("All if absent")};
inline constexpr Schema kProjectsQuery{"ProjectsQuery", kProjectsQueryFields};

}  // namespace tollgate
