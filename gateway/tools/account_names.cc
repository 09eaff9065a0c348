#include "gateway/tools/account_names.h"

#include "accounting/accounts/key.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/project.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

// The name in a document that `read` reads.
template <class Read>
std::string name_in(Store& store, const std::string& document, Read read) {
    const auto text = store.get(Family::accounts, document);
    if (!text) return {};
    DocumentReader reader;
    auto entity = read(reader, document, *text);
    return entity ? std::move(entity->name) : std::string();
}

// Of a deleted project its name is kept (accounting/accounts/project.h).
Result<Project> read_former_project(DocumentReader& reader, std::string_view document, std::string_view text) {
    Project project;
    reader.open(document, text);
    reader.name("name", project.name);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return project;
}

}  // namespace

template <class Id, class Find>
const std::string& AccountNames::look_up(std::map<Id, std::string>& kept, const Id& id, Find find) {
    if (const auto known = kept.find(id); known != kept.end()) return known->second;
    if (kept.size() >= kMostKept) kept.clear();
    return kept.emplace(id, id == Id{} ? std::string() : find()).first->second;
}

const std::string& AccountNames::organization(const Id128& id) {
    return look_up(organizations_, id,
                   [&] { return name_in(store_, organization_document_key(to_uuid(id)), read_organization); });
}

const std::string& AccountNames::project(const Id128& id) {
    return look_up(projects_, id, [&] {
        std::string name = name_in(store_, project_document_key(to_uuid(id)), read_project);
        return name.empty() ? name_in(store_, former_project_document_key(to_uuid(id)), read_former_project) : name;
    });
}

const std::string& AccountNames::key(const KeyDigest& digest) {
    return look_up(keys_, digest, [&] { return names_of_key(store_, digest).value_or(KeyNames{}).name; });
}

}  // namespace tollgate
