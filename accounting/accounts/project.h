// Projects of an organization: what is stored of them and the rules of changing them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/accounts/llm_settings.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
class Directory;
class Store;

// Whose keys at providers its requests go with, and so who pays the provider.
enum class ProjectMode : std::uint8_t {
    credits,   // the operator's: they are billed to the organization's credit
    api_keys,  // the organization's own, and no others
    hybrid,    // the organization's own where it has one that fits, else the operator's
};
std::string_view to_string(ProjectMode mode);
bool parse(std::string_view text, ProjectMode& mode);

struct Project {
    Id128 id = {}, organization = {};
    std::string name = {};
    bool is_default = false;
    ProjectMode mode = ProjectMode::credits;
    std::int64_t archived_ms = 0;  // 0: it is not; its keys are disabled while it is
    std::int64_t version = 0;      // one more with each change; 1 is the first
    std::int64_t created_ms = 0;
    Limits limits = {};
    SharedLlmSettings llm = {};

    bool archived() const { return archived_ms != 0; }
};

// From the document's key and text.
Result<Project> read_project(DocumentReader& reader, std::string_view document, std::string_view text);

// conflict limit_reached; name_taken: the organization has one of this name, archived or not.
Result<Id128> create_project(Change& change, const Id128& organization, std::string name,
                             ProjectMode mode = ProjectMode::credits);
// Every organization has one, made with it.
void create_default_project(Change& change, const Id128& organization);
// Stores the project with its next version.
void put_project(Change& change, Project project);

struct ProjectChange {
    std::optional<std::string> name = {};
    std::optional<bool> archived = {};
    std::optional<ProjectMode> mode = {};
};
// Changes nothing, version included, where everything is so already. Archiving disables the project's keys; what it
// disabled is enabled again with it. conflict name_taken; default_project: it cannot be archived.
Status update_project(Change& change, const Id128& id, const ProjectChange& fields);
// Empty settings clear them. Changes nothing, version included, where they are so already.
Status set_project_llm(Change& change, const Id128& id, LlmSettings settings);
// Makes it the one that keys are made in where they name none; the other is none any more. conflict project_archived.
Status make_default_project(Change& change, const Id128& id);
// With its keys. Their names and its own are kept for reports. conflict not_archived, default_project.
Status delete_project(Change& change, const Id128& id);

// Of a project that there is, or was; not_found if there never was one.
Result<std::string> name_of_project(const Directory& directory, Store& store, const Id128& id);

}  // namespace tollgate
