// Limits of organizations, projects, members and keys: checked, stored, in force.
#include "accounting/accounts/account_documents.h"
#include "accounting/accounts/accounts.h"
#include "accounting/accounts/directory_builder.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

Status check_limits(const Limits& limits) {
    if (limits.budget && limits.budget->value < 0) return {StatusCode::invalid, "limit: must be at least 0"};
    const auto check = [](std::string_view name, const std::optional<std::int64_t>& count) {
        if (!count || (*count >= 0 && *count <= kMostPerMinute)) return Status();
        return Status(StatusCode::invalid, std::string(name) + ": must be from 0 to " + std::to_string(kMostPerMinute));
    };
    if (Status status = check("requests_per_minute", limits.requests_per_minute); !status.ok()) return status;
    if (Status status = check("tokens_per_minute", limits.tokens_per_minute); !status.ok()) return status;
    return check("concurrent_requests", limits.concurrent_requests);
}

Status nobody() { return {StatusCode::not_found, "the organization has no such project or key"}; }

}  // namespace

Status Accounts::load_members() {
    return for_each_document(kMemberDocumentPrefix, [&](std::string_view key, std::string_view text) {
        const auto member = parse_member(key, text);
        if (!member) return member.error();
        const Organization* const organization = directory_->find_organization(member->organization);
        if (organization == nullptr) {
            return Status(StatusCode::corrupt,
                          "account document " + std::string(key) + ": its organization doesn't exist");
        }
        organization->credit->set_limits(credits_.member(member->organization, member->user), member->limits);
        return Status();
    });
}

Spender* Accounts::find_spender(const LimitTarget& target) const {
    const Organization* const organization = directory_->find_organization(target.organization);
    if (organization == nullptr) return nullptr;
    switch (target.scope) {
        case LimitScope::organization:
            return &organization->credit->spender();
        case LimitScope::project: {
            const Project* const project = directory_->find_project(target.id);
            const bool known = project != nullptr && project->organization == target.organization;
            return known ? &credits_.project(target.id) : nullptr;
        }
        case LimitScope::member:
            return &credits_.member(target.organization, target.id);
        case LimitScope::key: {
            const KeyRecord* const key = directory_->find_key(target.key);
            return key != nullptr && key->organization == target.organization ? key->spenders.key : nullptr;
        }
    }
    return nullptr;
}

Status Accounts::set_limits(const LimitTarget& target, const Limits& limits, std::int64_t now_ms) {
    if (Status status = check_limits(limits); !status.ok()) return status;
    Spender* const spender = find_spender(target);
    if (spender == nullptr) return nobody();
    if (Status status = store_limits(target, limits, now_ms); !status.ok()) return status;
    directory_->find_organization(target.organization)->credit->set_limits(*spender, limits);
    return {};
}

Status Accounts::store_limits(const LimitTarget& target, const Limits& limits, std::int64_t now_ms) {
    DirectoryBuilder builder(*directory_);
    std::string document;
    const auto rewrite = [&](auto record, auto write) {
        const auto previous = stored_document(document);
        if (!previous) return previous.error();
        record.limits = limits;
        if (Status stored = store_document(document, write(record, *previous)); !stored.ok()) return stored;
        builder.put(std::move(record));
        publish(std::move(builder).build());
        return Status();
    };
    switch (target.scope) {
        case LimitScope::organization: {
            document = organization_document_key(to_uuid(target.organization));
            Organization organization = *directory_->find_organization(target.organization);
            organization.updated_ms = now_ms;
            return rewrite(std::move(organization), write_organization);
        }
        case LimitScope::project:
            document = project_document_key(to_uuid(target.id));
            return rewrite(*directory_->find_project(target.id), write_project);
        case LimitScope::key: {
            document = key_document_key(to_hex(target.key));
            KeyRecord key = *directory_->find_key(target.key);
            key.updated_ms = now_ms;
            return rewrite(std::move(key), write_key);
        }
        case LimitScope::member:
            break;
    }
    document = member_document_key(to_uuid(target.organization), to_uuid(target.id));
    auto previous = store_.get(Family::accounts, document);
    if (!previous && previous.error().code() != StatusCode::not_found) return previous.error();
    return store_document(document,
                          write_member({target.organization, target.id, limits}, previous.value_or(std::string())));
}

}  // namespace tollgate
