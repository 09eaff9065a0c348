#include "accounting/accounts/project.h"

#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::string_view kDefaultProject = "Default Project";

template <class ProjectOf, class Fields>
void fields_of(ProjectOf& project, Fields& fields) {
    fields.id("organization", project.organization);
    fields.name("name", project.name);
    fields.flag("is_default", project.is_default);
    fields.number("version", project.version);
    fields.number("created_ms", project.created_ms);
    limit_fields_of(project.limits, fields);
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

}  // namespace

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

Result<Id128> create_project(Change& change, const Id128& organization, std::string name) {
    const Project project{.organization = organization, .name = std::move(name)};
    DocumentCheck check;
    fields_of(project, check);
    if (!check.status().ok()) return std::unexpected(check.status());
    if (const auto owner = open_organization(change, organization); !owner) return std::unexpected(owner.error());
    return add_project(change, project);
}

void create_default_project(Change& change, const Id128& organization) {
    add_project(change, {.organization = organization, .name = std::string(kDefaultProject), .is_default = true});
}

}  // namespace tollgate
