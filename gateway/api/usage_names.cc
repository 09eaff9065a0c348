#include "gateway/api/usage_names.h"

namespace tollgate {

const KeyNames& UsageNames::key(const KeyDigest& key) {
    const auto [found, fresh] = keys_.try_emplace(key);
    // Names are beside the point of a report: without them, whatever the reason, it still has the hash.
    if (fresh) found->second = names_of_key(directory_, store_, key).value_or(KeyNames{});
    return found->second;
}

const std::string& UsageNames::project(const Id128& project) {
    const auto [found, fresh] = projects_.try_emplace(project);
    if (fresh && !project.is_nil())
        found->second = name_of_project(directory_, store_, project).value_or(std::string());
    return found->second;
}

void UsageNames::add_key(const KeyDigest& key, Columns& out) {
    const KeyNames& names = this->key(key);
    out.emplace_back("key_hash", text_of(to_hex(key)));
    out.emplace_back("key_name", text_of(names.name));
    out.emplace_back("key_label", text_of(names.label));
}

void UsageNames::add_member(const Id128& member, Columns& out) {
    const User* const person = user(member);
    out.emplace_back("member_id", id_of(member));
    out.emplace_back("member_name", person == nullptr ? Value{} : text_of(person->name));
    out.emplace_back("member_email", person == nullptr ? Value{} : text_of(person->email));
}

void UsageNames::add_project(const Id128& project, Columns& out) {
    out.emplace_back("project_id", id_of(project));
    out.emplace_back("project_name", text_of(this->project(project)));
}

void add_git(const GitUsage& git, Columns& out) {
    out.insert(out.end(), {{"git_provider", text_of(git.provider)},
                           {"git_host", text_of(git.host)},
                           {"git_organization", text_of(git.organization)},
                           {"git_repository", text_of(git.repository)},
                           {"git_claim_id", id_of(git.claim)}});
}

}  // namespace tollgate
