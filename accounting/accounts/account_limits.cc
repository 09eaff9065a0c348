#include "accounting/accounts/account_limits.h"

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"

namespace tollgate {
namespace {

Status check_limits(const Limits& limits) {
    DocumentCheck check;
    limit_fields_of(limits, check);
    return check.status();
}

Status unknown_target() { return {StatusCode::not_found, "the organization has no such project, member or key"}; }

Status set_organization_limits(Change& change, const LimitTarget& target, const Limits& limits) {
    const Organization* const current = change.directory().find_organization(target.organization);
    if (current == nullptr) return unknown_target();
    Organization organization = *current;
    organization.limits = limits;
    return update_organization(change, std::move(organization));
}

Status set_project_limits(Change& change, const LimitTarget& target, const Limits& limits) {
    const Project* const current = change.directory().find_project(target.id);
    if (current == nullptr || current->organization != target.organization) return unknown_target();
    if (Status status = change.require_version(current->version); !status.ok()) return status;
    Project project = *current;
    project.limits = limits;
    put_project(change, std::move(project));
    return {};
}

Status set_key_limits(Change& change, const LimitTarget& target, const Limits& limits) {
    const KeyRecord* const current = change.directory().find_key(target.key);
    if (current == nullptr || current->kind == KeyKind::root || current->organization != target.organization) {
        return unknown_target();
    }
    if (Status status = change.require_version(current->version); !status.ok()) return status;
    KeyRecord key = *current;
    key.limits = limits;
    key.updated_ms = change.now_ms();
    put_key(change, std::move(key));
    return {};
}

}  // namespace

Result<VersionedLimits> find_limits(const Directory& directory, const LimitTarget& target) {
    const auto of = [](const auto& entity) { return VersionedLimits{entity.limits, entity.version}; };
    const auto unknown = [] { return std::unexpected(unknown_target()); };
    switch (target.scope) {
        case LimitScope::organization: {
            const Organization* const found = directory.find_organization(target.organization);
            return found == nullptr ? Result<VersionedLimits>(unknown()) : of(*found);
        }
        case LimitScope::project: {
            const Project* const found = directory.find_project(target.id);
            const bool known = found != nullptr && found->organization == target.organization;
            return known ? of(*found) : Result<VersionedLimits>(unknown());
        }
        case LimitScope::key: {
            const KeyRecord* const found = directory.find_key(target.key);
            const bool known = found != nullptr && found->organization == target.organization;
            return known ? of(*found) : Result<VersionedLimits>(unknown());
        }
        case LimitScope::member:
            break;
    }
    const Membership* const member = directory.find_membership(target.organization, target.id);
    return member == nullptr ? Result<VersionedLimits>(unknown()) : of(*member);
}

Status set_limits(Change& change, const LimitTarget& target, const Limits& limits) {
    if (Status status = check_limits(limits); !status.ok()) return status;
    switch (target.scope) {
        case LimitScope::organization:
            return set_organization_limits(change, target, limits);
        case LimitScope::project:
            return set_project_limits(change, target, limits);
        case LimitScope::key:
            return set_key_limits(change, target, limits);
        case LimitScope::member:
            break;
    }
    return set_member_limits(change, target.organization, target.id, limits);
}

const Spenders& spenders_of(const Directory& directory, const KeyRecord& key, CreditTable& credits) {
    if (const Spenders* const found = key.spenders.get()) return *found;
    Spenders spenders{.key = &credits.key(key.organization, key.digest)};
    key.credit->set_first_limits(*spenders.key, key.limits);
    if (const Project* const project = directory.find_project(key.project)) {
        spenders.project = &credits.project(project->id);
        key.credit->set_first_limits(*spenders.project, project->limits);
    }
    if (!key.creator.is_nil()) spenders.member = &credits.member(key.organization, key.creator);
    const Spenders& kept = credits.keep(spenders);
    key.spenders.set(&kept);
    return kept;
}

Spenders spenders_in(const Directory& directory, const Organization& organization, const KeyRecord& key,
                     CreditTable& credits) {
    Spenders spenders{.key = &credits.key(organization.id, key.digest)};
    organization.credit->set_limits(*spenders.key, key.limits);
    if (const Project* const project = directory.default_project(organization.id)) {
        spenders.project = &credits.project(project->id);
        organization.credit->set_first_limits(*spenders.project, project->limits);
    }
    if (directory.find_membership(organization.id, key.creator) != nullptr) {
        spenders.member = &credits.member(organization.id, key.creator);
    }
    return spenders;
}

Spender* find_spender(const Directory& directory, CreditTable& credits, const LimitTarget& target) {
    const Organization* const organization = directory.find_organization(target.organization);
    if (organization == nullptr) return nullptr;
    switch (target.scope) {
        case LimitScope::organization:
            return &organization->credit->spender();
        case LimitScope::project: {
            const Project* const project = directory.find_project(target.id);
            const bool known = project != nullptr && project->organization == target.organization;
            if (!known) return nullptr;
            Spender& spender = credits.project(target.id);
            organization->credit->set_first_limits(spender, project->limits);
            return &spender;
        }
        case LimitScope::member:
            if (directory.find_membership(target.organization, target.id) == nullptr) return nullptr;
            return &credits.member(target.organization, target.id);
        case LimitScope::key: {
            const KeyRecord* const key = directory.find_key(target.key);
            const bool known = key != nullptr && key->kind != KeyKind::root && key->organization == target.organization;
            return known ? spenders_of(directory, *key, credits).key : nullptr;
        }
    }
    return nullptr;
}

}  // namespace tollgate
