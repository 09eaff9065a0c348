#include "tests/simulation/directory_text.h"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tollgate::simulation {
namespace {

std::string word(std::string_view text) { return "'" + std::string(text) + "'"; }
std::string word(const Id128& id) { return to_uuid(id).substr(24); }
std::string word(const KeyDigest& digest) { return to_hex(digest).substr(0, 12); }
std::string word(NanoUsd amount) { return to_usd(amount); }
template <class Number>
    requires std::is_integral_v<Number> || std::is_enum_v<Number>
std::string word(Number number) {
    return std::to_string(static_cast<std::int64_t>(number));
}
template <class Value>
std::string word(const std::optional<Value>& value) {
    return value ? word(*value) : "-";
}
std::string word(const Limits& limits) {
    return word(limits.budget) + "/" + word(limits.reset) + "/" + word(limits.requests_per_minute) + "/" +
           word(limits.tokens_per_minute) + "/" + word(limits.concurrent_requests);
}
std::string word(const SharedLlmSettings& llm) {
    if (llm == nullptr) return "-";
    std::string text = word(llm->model) + word(llm->provider);
    for (const auto& parameter : llm->parameters) text += parameter.name + "=" + parameter.json;
    return text;
}

template <class... Values>
std::string line(std::string_view what, const Values&... values) {
    std::string text(what);
    ((text += " " + word(values)), ...);
    return text + "\n";
}

// Where something else may be found by, it is looked up by that.
template <class Entity>
std::string found(const Entity* one) {
    return one == nullptr ? "nowhere" : "found";
}

std::string text_of(const Directory& directory, const KeyRecord& key) {
    return line("key", key.digest, key.organization, key.project, key.creator, key.version, key.may_infer, key.disabled,
                key.expires_ms, key.created_ms, key.updated_ms, Limits(key.limits), key.name, key.kind,
                json_of(key.rules), json_of(key.secrets), found(directory.find_key(key.digest)), key.credit != nullptr);
}

std::string text_of(const Directory& directory, const User& user) {
    std::vector<Id128> organizations = directory.organizations_of(user.id);
    std::ranges::sort(organizations);
    std::string text = line("user", user.id, user.email, user.name, user.verified_by, user.email_verified_ms,
                            user.personal_organization, user.current_organization, user.status, user.most_organizations,
                            user.external_id, user.version, user.created_ms, user.updated_ms,
                            found(directory.find_user_by_email(user.email)));
    for (const Id128& organization : organizations) text += line(" in", organization);
    std::vector<std::string> tokens;
    for (const KeyRecord* token : directory.tokens_of(user.id)) tokens.push_back(" " + text_of(directory, *token));
    std::ranges::sort(tokens);
    for (const std::string& token : tokens) text += token;
    return text + line(" invited", directory.invitations_to(user.email).size());
}

std::string text_of(const Directory& directory, const Organization& organization) {
    const OrganizationPolicy& policy = organization.policy;
    const PlanOverrides& own = organization.plan_overrides;
    std::string text =
        line("organization", organization.id, organization.name, organization.slug, organization.kind,
             organization.created_by, organization.version, organization.created_ms, organization.updated_ms,
             organization.limits, organization.plan, own.members, own.projects, own.keys, own.retention_days) +
        line(" policy", policy.organization_text, policy.llm, policy.allow_overrides, policy.llm_below,
             policy.retention_class, policy.on_exhausted, policy.overdraft_cap, policy.activity_visibility,
             policy.closed(), found(directory.find_organization_by_slug(organization.slug)));
    for (const std::string& model : policy.allowed_models) text += line(" allows", model);
    for (const Project* one : directory.projects_of(organization.id)) {
        text += line(" project", one->id, one->organization, one->name, one->is_default, one->archived_ms, one->version,
                     one->created_ms, one->limits, one->llm, found(directory.find_project(one->id)));
    }
    const Project* const fallback = directory.default_project(organization.id);
    text += line(" default", fallback == nullptr ? Id128{} : fallback->id);
    for (const Membership* one : directory.members_of(organization.id)) {
        text += line(" member", one->user, one->role, one->status, one->joined_by, one->joined_ms, one->version,
                     one->limits, one->llm, found(directory.find_membership(organization.id, one->user)));
    }
    return text;
}

// What is in no order.
std::vector<std::string> loose_lines(const Directory& directory, const Organization& organization) {
    std::vector<std::string> lines;
    for (const KeyRecord* one : directory.keys_of(organization.id)) lines.push_back(text_of(directory, *one));
    for (const Invitation* one : directory.invitations_of(organization.id)) {
        lines.push_back(line("invitation", one->id, one->email, one->role, one->inviter, one->link, one->mail,
                             one->created_ms, one->expires_ms, one->accepted_ms, one->version,
                             found(directory.find_invitation(one->link))));
    }
    std::ranges::sort(lines);
    return lines;
}

}  // namespace

std::string text_of(const Directory& directory) {
    std::vector<std::string> parts;
    for (const Organization* one : directory.organizations()) {
        std::string part = text_of(directory, *one);
        for (const std::string& text : loose_lines(directory, *one)) part += " " + text;
        parts.push_back(std::move(part));
    }
    for (const User* one : directory.users()) parts.push_back(text_of(directory, *one));
    std::ranges::sort(parts);
    std::string text = line("keys", directory.key_count(), directory.has_root_key());
    for (const std::string& part : parts) text += part;
    return text;
}

}  // namespace tollgate::simulation
