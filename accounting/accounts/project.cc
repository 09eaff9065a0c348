#include "accounting/accounts/project.h"

#include <array>
#include <utility>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/key.h"
#include "accounting/accounts/key_maker.h"
#include "accounting/accounts/member.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/seats.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::string_view kDefaultProject = "Default Project";
constexpr std::array<std::string_view, 3> kModes = {"credits", "api-keys", "hybrid"};

template <class ProjectOf, class Fields>
void fields_of(ProjectOf& project, Fields& fields) {
    fields.id("organization", project.organization);
    fields.name("name", project.name);
    fields.flag("is_default", project.is_default);
    fields.choice("mode", project.mode);
    fields.number("archived_ms", project.archived_ms);
    fields.number("version", project.version);
    fields.number("created_ms", project.created_ms);
    limit_fields_of(project.limits, fields);
    llm_fields_of(project.llm, fields);
}

std::string document_of(const Project& project) {
    DocumentWriter writer;
    fields_of(project, writer);
    return writer.take();
}

Id128 add_project(Change& change, Project project) {
    project.id = make_uuid7(change.now_ms());
    project.created_ms = change.now_ms();
    const Id128 id = project.id;
    put_project(change, std::move(project));
    return id;
}

// The project to be changed, with the version that the call demands.
Result<Project> changeable_project(Change& change, const Id128& id) {
    const Project* const current = change.directory().find_project(id);
    if (current == nullptr) return failure(StatusCode::not_found, "there is no such project");
    if (Status status = change.require_version(current->version); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return *current;
}

Status check_free_name(const Directory& directory, const Project& project) {
    for (const Project* const other : directory.projects_of(project.organization)) {
        if (other->id == project.id || other->name != project.name) continue;
        return {StatusCode::conflict, "the organization has a project of this name", "name_taken"};
    }
    return {};
}

std::vector<KeyRecord> keys_in(const Directory& directory, const Project& project) {
    std::vector<KeyRecord> keys;
    for (const KeyRecord* const key : directory.keys_of(project.organization)) {
        if (key->project == project.id) keys.push_back(*key);
    }
    return keys;
}

// Whoever made a key may have gone or been suspended while it was disabled for its project's sake.
void archive_keys(Change& change, const Project& project) {
    for (KeyRecord& key : keys_in(change.directory(), project)) {
        const Disabled affected = project.archived() ? Disabled::no : Disabled::project_archived;
        if (key.disabled != affected) continue;
        key.disabled =
            project.archived() ? Disabled::project_archived : disabled_by_circumstance(change.directory(), key);
        key.updated_ms = change.now_ms();
        put_key(change, std::move(key));
    }
}

}  // namespace

std::string_view to_string(ProjectMode mode) { return kModes.at(static_cast<std::size_t>(mode)); }
bool parse(std::string_view text, ProjectMode& mode) { return parse_name(kModes, text, mode); }

Result<Project> read_project(DocumentReader& reader, std::string_view document, std::string_view text) {
    Project project;
    reader.open(document, text);
    const auto id = parse_uuid(reader.id_part(kProjectDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    project.id = id.value_or(Id128{});
    fields_of(project, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return project;
}

void put_project(Change& change, Project project) {
    const std::string document = project_document_key(to_uuid(project.id));
    const Project* const before = change.directory().find_project(project.id);
    ++project.version;
    change.put_document(project.organization, document, before != nullptr ? document_of(*before) : std::string(),
                        document_of(project));
    change.concerns(project.organization, document);
    if (before != nullptr) {  // as for keys
        OrganizationCredit* const credit = change.directory().find_organization(project.organization)->credit;
        change.after_publish([credit, &credits = change.accounts().credits(), id = project.id,
                              limits = project.limits] { credit->set_limits(credits.project(id), limits); });
    }
    change.edit().put(std::move(project));
}

Result<Id128> create_project(Change& change, const Id128& organization, std::string name, ProjectMode mode) {
    const Project project{.organization = organization, .name = std::move(name), .mode = mode};
    DocumentCheck check;
    fields_of(project, check);
    if (!check.status().ok()) return std::unexpected(check.status());
    if (const auto owner = open_organization(change, organization); !owner) return std::unexpected(owner.error());
    Status status = check_room_for_project(change, organization);
    if (status.ok()) status = check_free_name(change.directory(), project);
    if (!status.ok()) return std::unexpected(std::move(status));
    return add_project(change, project);
}

Status update_project(Change& change, const Id128& id, const ProjectChange& fields) {
    const auto current = changeable_project(change, id);
    if (!current) return current.error();
    Project project = *current;
    project.name = fields.name.value_or(project.name);
    project.mode = fields.mode.value_or(project.mode);
    const bool archives = fields.archived.value_or(project.archived());
    if (archives != project.archived()) project.archived_ms = archives ? change.now_ms() : 0;
    if (document_of(project) == document_of(*current)) return {};
    DocumentCheck check;
    fields_of(project, check);
    if (!check.status().ok()) return check.status();
    if (project.name != current->name) {
        if (Status status = check_free_name(change.directory(), project); !status.ok()) return status;
    }
    if (project.archived() && project.is_default) {
        return {StatusCode::conflict, "the default project cannot be archived: make another one the default first",
                "default_project"};
    }
    const bool turned = project.archived() != current->archived();
    put_project(change, project);
    if (turned) archive_keys(change, project);
    change.concerns(project.organization, project_document_key(to_uuid(id)));
    return {};
}

Status set_project_llm(Change& change, const Id128& id, LlmSettings settings) {
    auto project = changeable_project(change, id);
    if (!project) return project.error();
    const std::string before = document_of(*project);
    project->llm = share(std::move(settings));
    if (document_of(*project) == before) return {};
    DocumentCheck check;
    fields_of(*project, check);
    if (!check.status().ok()) return check.status();
    put_project(change, std::move(*project));
    return {};
}

Status make_default_project(Change& change, const Id128& id) {
    const auto current = changeable_project(change, id);
    if (!current) return current.error();
    if (current->is_default) return {};
    if (current->archived()) return {StatusCode::conflict, "the project is archived", "project_archived"};
    for (const Project* const other : change.directory().projects_of(current->organization)) {
        if (!other->is_default) continue;
        Project former = *other;
        former.is_default = false;
        put_project(change, std::move(former));
        break;
    }
    Project project = *current;
    project.is_default = true;
    put_project(change, std::move(project));
    return {};
}

Status delete_project(Change& change, const Id128& id) {
    const auto current = changeable_project(change, id);
    if (!current) return current.error();
    if (current->is_default) {
        return {StatusCode::conflict, "the default project cannot be deleted", "default_project"};
    }
    if (!current->archived()) return {StatusCode::conflict, "archive the project first", "not_archived"};
    for (const KeyRecord& key : keys_in(change.directory(), *current)) erase_key(change, key.digest);
    const std::string document = project_document_key(to_uuid(id));
    DocumentWriter former;
    former.name("name", current->name);
    former.id("organization", current->organization);
    change.put_document(current->organization, former_project_document_key(to_uuid(id)), {}, former.take());
    change.put_document(current->organization, document, document_of(*current), {});
    change.concerns(current->organization, document);
    change.edit().erase_project(current->organization, id);
    return {};
}

Result<std::string> name_of_project(const Directory& directory, Store& store, const Id128& id) {
    if (const Project* const project = directory.find_project(id)) return project->name;
    const std::string document = former_project_document_key(to_uuid(id));
    const auto text = store.get(Family::accounts, document);
    if (!text) return text;
    DocumentReader reader;
    reader.open(document, *text);
    std::string name;
    reader.name("name", name);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return name;
}

void create_default_project(Change& change, const Id128& organization) {
    add_project(change, {.organization = organization, .name = std::string(kDefaultProject), .is_default = true});
}

}  // namespace tollgate
