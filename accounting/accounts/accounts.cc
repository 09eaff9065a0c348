#include "accounting/accounts/accounts.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/directory_builder.h"
#include "accounting/accounts/document.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

Status missing(std::string_view document, std::string_view member) {
    return {StatusCode::corrupt,
            "account document " + std::string(document) + ": its " + std::string(member) + " doesn't exist"};
}

// Reads the documents whose keys begin with `prefix` and hands each to `add`, which returns a Status.
template <class Read, class Add>
Status for_each_document(Store& store, std::string_view prefix, Read read, Add add) {
    DocumentReader reader;
    Status problem;
    Status scanned =
        store.scan(Family::accounts, prefix, prefix_end(prefix), [&](std::string_view key, std::string_view text) {
            auto entity = read(reader, key, text);
            problem = entity ? add(key, std::move(*entity)) : entity.error();
            return problem.ok();
        });
    return scanned.ok() ? problem : scanned;
}

}  // namespace

Accounts::Accounts(Store& store, CreditTable& credits, SubscriptionPlans plans, RetentionPolicy retention)
    : store_(store),
      credits_(credits),
      plans_(std::move(plans)),
      retention_(std::move(retention)),
      directory_(DirectoryBuilder().build()) {}

std::shared_ptr<const Directory> Accounts::directory() const {
    const std::lock_guard lock(directory_mutex_);
    return directory_;
}

bool Accounts::has_root_key() const { return directory()->has_root_key(); }

std::uint64_t Accounts::last_change() const {
    const std::lock_guard lock(change_mutex_);
    return last_change_;
}

Result<std::unique_ptr<Accounts>> Accounts::load(Store& store, CreditTable& credits, SubscriptionPlans plans,
                                                 RetentionPolicy retention) {
    std::unique_ptr<Accounts> accounts(new Accounts(store, credits, std::move(plans), std::move(retention)));
    if (Status loaded = accounts->load_all(); !loaded.ok()) return std::unexpected(std::move(loaded));
    return accounts;
}

// In this order, because each refers to the ones before.
Status Accounts::load_all() {
    DirectoryBuilder builder;
    for (const auto step : {&Accounts::load_organizations, &Accounts::load_projects, &Accounts::load_users,
                            &Accounts::load_members, &Accounts::load_keys, &Accounts::load_sessions,
                            &Accounts::load_invitations, &Accounts::load_git_claims, &Accounts::load_presets,
                            &Accounts::load_root_key, &Accounts::load_data_keys, &Accounts::load_provider_keys}) {
        if (Status status = (this->*step)(builder); !status.ok()) return status;
    }
    directory_ = std::move(builder).build();
    return load_last_change();
}

Status Accounts::load_organizations(DirectoryBuilder& builder) {
    return for_each_document(
        store_, kOrganizationDocumentPrefix, read_organization, [&](std::string_view, Organization organization) {
            organization.policy.retention_class = retention_of(organization, plans_, retention_).number;
            organization.credit = &credits_.organization(organization.id);
            organization.credit->set_limits(organization.credit->spender(), organization.limits);
            builder.put(std::move(organization));
            return Status();
        });
}

Status Accounts::load_projects(DirectoryBuilder& builder) {
    return for_each_document(store_, kProjectDocumentPrefix, read_project, [&](std::string_view key, Project project) {
        const Organization* const organization = builder.view().find_organization(project.organization);
        if (organization == nullptr) return missing(key, "organization");
        builder.put(std::move(project));
        return Status();
    });
}

Status Accounts::load_keys(DirectoryBuilder& builder) {
    return for_each_document(store_, kKeyDocumentPrefix, read_key, [&](std::string_view document, KeyRecord key) {
        if (key.kind == KeyKind::personal) {
            if (builder.view().find_user(key.creator) == nullptr) return missing(document, "creator");
            builder.put(std::move(key));
            return Status();
        }
        const Organization* const organization = builder.view().find_organization(key.organization);
        if (organization == nullptr) return missing(document, "organization");
        if (key.kind != KeyKind::management) {
            const Project* const project = builder.view().find_project(key.project);
            if (project == nullptr || project->organization != organization->id) return missing(document, "project");
        }
        key.credit = organization->credit;
        builder.put(std::move(key));
        return Status();
    });
}

Status Accounts::load_users(DirectoryBuilder& builder) {
    return for_each_document(store_, kUserDocumentPrefix, read_user, [&](std::string_view key, User user) {
        if (builder.view().find_organization(user.personal_organization) == nullptr) {
            return missing(key, "personal organization");
        }
        if (builder.view().find_user_by_email(user.email) != nullptr) {
            return Status(StatusCode::corrupt,
                          "account document " + std::string(key) + ": " + user.email + " is two people's address");
        }
        builder.put(std::move(user));
        return Status();
    });
}

Status Accounts::load_members(DirectoryBuilder& builder) {
    const auto add = [&](std::string_view key, const Membership& member) {
        const Organization* const organization = builder.view().find_organization(member.organization);
        if (organization == nullptr) return missing(key, "organization");
        if (builder.view().find_user(member.user) == nullptr) return missing(key, "person");
        organization->credit->set_limits(credits_.member(member.organization, member.user), member.limits);
        builder.put(member);
        return Status();
    };
    return for_each_document(store_, kMemberDocumentPrefix, read_membership, add);
}

Status Accounts::load_sessions(DirectoryBuilder& builder) {
    const auto add = [&](std::string_view document, Session session) {
        if (builder.view().find_user(session.user) == nullptr) return missing(document, "person");
        const auto used = store_.get(Family::system, last_use_of_key_key(session.id.bytes));
        if (!used && used.error().code() != StatusCode::not_found) return used.error();
        if (used) session.last_used.note(static_cast<std::int64_t>(decode_u64(*used).value_or(0)));
        builder.put(std::move(session));
        return Status();
    };
    return for_each_document(store_, kSessionDocumentPrefix, read_session, add);
}

Status Accounts::load_invitations(DirectoryBuilder& builder) {
    const auto add = [&](std::string_view key, Invitation invitation) {
        if (builder.view().find_organization(invitation.organization) == nullptr) return missing(key, "organization");
        builder.put(std::move(invitation));
        return Status();
    };
    return for_each_document(store_, kInvitationDocumentPrefix, read_invitation, add);
}

Status Accounts::load_git_claims(DirectoryBuilder& builder) {
    const auto add = [&](std::string_view key, GitClaim claim) {
        if (builder.view().find_organization(claim.organization) == nullptr) return missing(key, "organization");
        if (builder.view().find_git_claim(claim.name) != nullptr) {
            return Status(StatusCode::corrupt,
                          "account document " + std::string(key) + ": " + to_string(claim.name) + " is claimed twice");
        }
        builder.put(std::move(claim));
        return Status();
    };
    return for_each_document(store_, kGitClaimDocumentPrefix, read_git_claim, add);
}

Status Accounts::load_presets(DirectoryBuilder& builder) {
    const auto add = [&](std::string_view key, Preset preset) {
        if (builder.view().find_organization(preset.organization) == nullptr) return missing(key, "organization");
        builder.put(std::move(preset));
        return Status();
    };
    return for_each_document(store_, kPresetDocumentPrefix, read_preset, add);
}

Status Accounts::load_root_key(DirectoryBuilder& builder) {
    const auto text = store_.get(Family::accounts, kRootDocumentKey);
    if (!text) return text.error().code() == StatusCode::not_found ? Status() : text.error();
    DocumentReader reader;
    auto key = read_root_key(reader, *text);
    if (!key) return key.error();
    builder.put(std::move(*key));
    return {};
}

Status Accounts::load_data_keys(DirectoryBuilder& builder) {
    const auto add = [&](std::string_view document, std::pair<Id128, DataKey> key) {
        const bool of_instance = key.first.is_nil();
        if (!of_instance && builder.view().find_organization(key.first) == nullptr) {
            return missing(document, "organization");
        }
        vault_.add(key.first, std::move(key.second));
        return Status();
    };
    return for_each_document(store_, kDataKeyDocumentPrefix, read_data_key, add);
}

Status Accounts::load_provider_keys(DirectoryBuilder& builder) {
    const auto add = [&](std::string_view document, ProviderKey key) {
        if (builder.view().find_organization(key.organization) == nullptr) return missing(document, "organization");
        const std::string secret = provider_secret_document_key(to_uuid(key.id));
        const auto text = store_.get(Family::accounts, secret);
        if (!text) return text.error().code() == StatusCode::not_found ? missing(document, "secret") : text.error();
        DocumentReader reader;
        auto sealed = read_sealed_document(reader, secret, *text);
        if (!sealed) return sealed.error();
        key.sealed = std::move(*sealed);
        builder.put(std::move(key));
        return Status();
    };
    return for_each_document(store_, kProviderKeyDocumentPrefix, read_provider_key, add);
}

Status Accounts::load_last_change() {
    const auto last = store_.last_before(Family::changes, kChangePrefix, prefix_end(kChangePrefix));
    if (!last) return last.error().code() == StatusCode::not_found ? Status() : last.error();
    const auto number = parse_change_key(last->first);
    if (!number) return {StatusCode::corrupt, "the log of account changes has a malformed key"};
    last_change_ = *number;
    return {};
}

void Accounts::settle_unsure() {
    if (!unsure_ || store_.read_only()) return;
    const auto stored = store_.get(Family::changes, change_key(unsure_->number));
    if (!stored && stored.error().code() != StatusCode::not_found) return;
    UnsureChange change = std::move(*unsure_);
    unsure_.reset();
    if (stored) take_effect(std::move(change));
}

std::uint64_t Accounts::next_change() const { return std::max(last_change_, unsure_ ? unsure_->number : 0) + 1; }

void Accounts::take_effect(UnsureChange stored) {
    last_change_ = std::max(last_change_, stored.number);
    for (const auto& effect : stored.commit_effects) effect();
    publish(std::move(stored.next));
    for (const auto& effect : stored.effects) effect();
}

void Accounts::publish(std::shared_ptr<const Directory> next) {
    {
        const std::lock_guard lock(directory_mutex_);
        directory_ = next;
    }
    if (publish_) publish_(std::move(next));
}

}  // namespace tollgate
