#include "accounting/accounts/accounts.h"

#include <utility>

#include "accounting/accounts/account_documents.h"
#include "accounting/accounts/checked_text.h"
#include "accounting/accounts/directory_builder.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::size_t kSlugSuffix = 6;  // characters of the id appended to a slug that is taken
constexpr std::string_view kDefaultProject = "Default Project";
constexpr Durability kDurability = Durability::disk;  // account changes are rare, and a key once shown must exist

Status check_limit(const std::optional<NanoUsd>& limit) {
    if (limit && limit->value < 0) return {StatusCode::invalid, "limit: must be at least 0"};
    return {};
}

Status check_key_fields(const Accounts::KeyFields& fields, std::int64_t now_ms) {
    if (Status status = check_name("name", fields.name); !status.ok()) return status;
    if (Status status = check_limit(fields.limit); !status.ok()) return status;
    if (fields.kind == KeyKind::root) return {StatusCode::invalid, "kind: must be inference or management"};
    if (fields.expires_ms != 0 && fields.expires_ms <= now_ms) {
        return {StatusCode::invalid, "expires_ms: must be in the future"};
    }
    return {};
}

// "My Team!" is "my-team". Other than ASCII letters and digits become dashes.
std::string slug_of(std::string_view name) {
    std::string slug;
    for (const char c : name) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
            slug += lower;
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
    }
    if (slug.ends_with('-')) slug.pop_back();
    return slug.empty() ? "organization" : slug;
}

Status missing(std::string_view document, std::string_view member) {
    return {StatusCode::corrupt,
            "account document " + std::string(document) + ": its " + std::string(member) + " doesn't exist"};
}

Status not_found(std::string_view what) { return {StatusCode::not_found, std::string(what) + " not found"}; }

}  // namespace

Accounts::Accounts(Store& store, CreditTable& credits)
    : store_(store), credits_(credits), directory_(DirectoryBuilder().build()) {}

std::shared_ptr<const Directory> Accounts::directory() const { return directory_; }
bool Accounts::has_root_key() const { return has_root_key_; }

Result<std::unique_ptr<Accounts>> Accounts::load(Store& store, CreditTable& credits) {
    std::unique_ptr<Accounts> accounts(new Accounts(store, credits));
    if (Status loaded = accounts->load_all(); !loaded.ok()) return std::unexpected(std::move(loaded));
    return accounts;
}

// In this order, because each refers to the ones before.
Status Accounts::load_all() {
    for (const auto step : {&Accounts::load_organizations, &Accounts::load_projects, &Accounts::load_keys,
                            &Accounts::load_members, &Accounts::load_root_key}) {
        if (Status status = (this->*step)(); !status.ok()) return status;
    }
    return {};
}

Status Accounts::load_organizations() {
    DirectoryBuilder builder(*directory_);
    Status status = for_each_document(kOrganizationDocumentPrefix, [&](std::string_view key, std::string_view text) {
        auto organization = parse_organization(key, text);
        if (!organization) return organization.error();
        organization->credit = &credits_.organization(organization->id);
        organization->credit->set_limits(organization->credit->spender(), organization->limits);
        slugs_.insert(organization->slug);
        builder.put(std::move(*organization));
        return Status();
    });
    directory_ = std::move(builder).build();
    return status;
}

Status Accounts::load_projects() {
    DirectoryBuilder builder(*directory_);
    Status status = for_each_document(kProjectDocumentPrefix, [&](std::string_view key, std::string_view text) {
        auto project = parse_project(key, text);
        if (!project) return project.error();
        const Organization* organization = directory_->find_organization(project->organization);
        if (organization == nullptr) return missing(key, "organization");
        organization->credit->set_limits(credits_.project(project->id), project->limits);
        builder.put(std::move(*project));
        return Status();
    });
    directory_ = std::move(builder).build();
    return status;
}

Status Accounts::load_keys() {
    DirectoryBuilder builder(*directory_);
    Status status = for_each_document(kKeyDocumentPrefix, [&](std::string_view key, std::string_view text) {
        auto record = parse_key(key, text);
        if (!record) return record.error();
        const Organization* organization = directory_->find_organization(record->organization);
        if (organization == nullptr) return missing(key, "organization");
        if (record->kind == KeyKind::inference) {
            const Project* project = directory_->find_project(record->project);
            if (project == nullptr || project->organization != organization->id) return missing(key, "project");
        }
        attach(*record, *organization);
        builder.put(std::move(*record));
        return Status();
    });
    directory_ = std::move(builder).build();
    return status;
}

Status Accounts::load_root_key() {
    const auto text = store_.get(Family::accounts, kRootDocumentKey);
    if (!text) return text.error().code() == StatusCode::not_found ? Status() : text.error();
    auto record = parse_root_key(kRootDocumentKey, *text);
    if (!record) return record.error();
    DirectoryBuilder builder(*directory_);
    builder.put(std::move(*record));
    directory_ = std::move(builder).build();
    has_root_key_ = true;
    return {};
}

Status Accounts::for_each_document(std::string_view prefix, const ReadDocument& read) {
    Status problem;
    Status scanned =
        store_.scan(Family::accounts, prefix, prefix_end(prefix), [&](std::string_view key, std::string_view text) {
            problem = read(key, text);
            return problem.ok();
        });
    return scanned.ok() ? problem : scanned;
}

// What a change rewrites. It was there when it was loaded or made, so its absence is damage.
Result<std::string> Accounts::stored_document(const std::string& key) {
    auto text = store_.get(Family::accounts, key);
    if (!text && text.error().code() == StatusCode::not_found) {
        return failure(StatusCode::corrupt, "account document " + key + " is gone");
    }
    return text;
}

Status Accounts::store_document(std::string key, Result<std::string> text) {
    if (!text) return text.error();
    WriteBatch batch;
    batch.put(Family::accounts, std::move(key), std::move(*text));
    return store_.commit(batch, kDurability);
}

// Gives a key its organization's policy and its place in the credit table, with the limit that it has.
void Accounts::attach(KeyRecord& record, const Organization& organization) {
    record.policy = organization.policy;
    record.credit = organization.credit;
    record.spenders.key = &credits_.key(record.digest);
    if (!record.project.is_nil()) record.spenders.project = &credits_.project(record.project);
    if (!record.creator.is_nil()) record.spenders.member = &credits_.member(organization.id, record.creator);
    record.credit->set_limits(*record.spenders.key, record.limits);
}

void Accounts::publish(std::shared_ptr<const Directory> next) {
    directory_ = std::move(next);
    if (publish_) publish_(directory_);
}

Result<NewKey> Accounts::create_root_key(std::int64_t now_ms) {
    if (has_root_key_) return failure(StatusCode::already_exists, "the root key was created before");
    NewKey key = generate_key(KeyKind::root);
    KeyRecord record;
    record.digest = key.digest;
    record.label = key_label(key.plaintext);
    record.kind = KeyKind::root;
    record.created_ms = record.updated_ms = now_ms;

    Status stored = store_document(std::string(kRootDocumentKey), write_root_key(record));
    if (!stored.ok()) return std::unexpected(std::move(stored));
    has_root_key_ = true;
    DirectoryBuilder builder(*directory_);
    builder.put(std::move(record));
    publish(std::move(builder).build());
    return key;
}

Result<Id128> Accounts::create_organization(const OrganizationFields& fields, std::int64_t now_ms) {
    if (Status status = check_name("name", fields.name); !status.ok()) return std::unexpected(std::move(status));
    Organization organization;
    organization.id = make_uuid7(now_ms);
    organization.name = fields.name;
    organization.slug = free_slug(fields.name, organization.id);
    organization.created_ms = organization.updated_ms = now_ms;
    auto policy = std::make_shared<OrganizationPolicy>();
    policy->organization = organization.id;
    policy->organization_text = to_uuid(organization.id);
    policy->name = fields.name;
    organization.policy = std::move(policy);
    const Project project{.id = make_uuid7(now_ms),
                          .organization = organization.id,
                          .name = std::string(kDefaultProject),
                          .is_default = true,
                          .created_ms = now_ms};

    auto organization_text = write_organization(organization);
    if (!organization_text) return std::unexpected(organization_text.error());
    auto project_text = write_project(project);
    if (!project_text) return std::unexpected(project_text.error());
    WriteBatch batch;
    batch.put(Family::accounts, organization_document_key(to_uuid(organization.id)), std::move(*organization_text));
    batch.put(Family::accounts, project_document_key(to_uuid(project.id)), std::move(*project_text));
    if (Status status = store_.commit(batch, kDurability); !status.ok()) return std::unexpected(std::move(status));

    const Id128 id = organization.id;
    organization.credit = &credits_.organization(id);
    slugs_.insert(organization.slug);
    DirectoryBuilder builder(*directory_);
    builder.put(std::move(organization));
    builder.put(project);
    publish(std::move(builder).build());
    return id;
}

// Another organization's slug is left to it: then a part of the id's random end follows, as long as it takes.
std::string Accounts::free_slug(std::string_view name, const Id128& organization) const {
    std::string base = slug_of(name);
    std::string slug = base;
    std::string id = to_uuid(organization);
    std::erase(id, '-');
    for (std::size_t length = kSlugSuffix; slugs_.contains(slug) && length <= id.size(); ++length) {
        slug = base + "-" + id.substr(id.size() - length);
    }
    return slug;
}

Result<const Organization*> Accounts::open_organization(const Id128& id) const {
    const Organization* organization = directory_->find_organization(id);
    if (organization == nullptr || organization->policy->closed) return std::unexpected(not_found("organization"));
    return organization;
}

Result<Id128> Accounts::create_project(const Id128& organization, std::string name, std::int64_t now_ms) {
    if (Status status = check_name("name", name); !status.ok()) return std::unexpected(std::move(status));
    if (auto found = open_organization(organization); !found) return std::unexpected(found.error());
    Project project{.id = make_uuid7(now_ms),
                    .organization = organization,
                    .name = std::move(name),
                    .is_default = false,
                    .created_ms = now_ms};
    Status stored = store_document(project_document_key(to_uuid(project.id)), write_project(project));
    if (!stored.ok()) return std::unexpected(std::move(stored));
    const Id128 id = project.id;
    DirectoryBuilder builder(*directory_);
    builder.put(std::move(project));
    publish(std::move(builder).build());
    return id;
}

Result<Id128> Accounts::project_for_key(const Organization& organization, const KeyFields& fields) const {
    if (fields.kind == KeyKind::management) {
        if (fields.project) return failure(StatusCode::invalid, "project: a management key belongs to no project");
        return Id128{};
    }
    if (fields.project) {
        const Project* project = directory_->find_project(*fields.project);
        if (project != nullptr && project->organization == organization.id) return project->id;
        return failure(StatusCode::invalid, "project: the organization has no such project");
    }
    for (const Project* project : directory_->projects_of(organization.id)) {
        if (project->is_default) return project->id;
    }
    return failure(StatusCode::corrupt, "organization " + to_uuid(organization.id) + " has no default project");
}

Result<NewKey> Accounts::create_key(const Id128& organization, const KeyFields& fields, std::int64_t now_ms) {
    if (Status status = check_key_fields(fields, now_ms); !status.ok()) return std::unexpected(std::move(status));
    const auto owner = open_organization(organization);
    if (!owner) return std::unexpected(owner.error());
    const auto project = project_for_key(**owner, fields);
    if (!project) return std::unexpected(project.error());

    NewKey key = generate_key(fields.kind);
    KeyRecord record;
    record.digest = key.digest;
    record.label = key_label(key.plaintext);
    record.name = fields.name;
    record.kind = fields.kind;
    record.organization = organization;
    record.project = *project;
    record.creator = fields.creator;
    record.expires_ms = fields.expires_ms;
    record.created_ms = record.updated_ms = now_ms;
    record.limits.budget = fields.limit;
    record.limits.reset = fields.reset;

    Status stored = store_document(key_document_key(to_hex(key.digest)), write_key(record));
    if (!stored.ok()) return std::unexpected(std::move(stored));
    attach(record, **owner);
    DirectoryBuilder builder(*directory_);
    builder.put(std::move(record));
    publish(std::move(builder).build());
    return key;
}

Status Accounts::update_key(const KeyDigest& digest, const KeyChange& change, std::int64_t now_ms) {
    const KeyRecord* current = directory_->find_key(digest);
    if (current == nullptr) return not_found("key");
    if (current->kind == KeyKind::root) return {StatusCode::invalid, "the root key can't be changed"};
    if (change.name) {
        if (Status status = check_name("name", *change.name); !status.ok()) return status;
    }
    if (change.limit) {
        if (Status status = check_limit(*change.limit); !status.ok()) return status;
    }
    KeyRecord record = *current;
    record.name = change.name.value_or(record.name);
    record.disabled = change.disabled.value_or(record.disabled);
    record.limits.budget = change.limit.value_or(record.limits.budget);
    record.limits.reset = change.reset.value_or(record.limits.reset);
    record.updated_ms = now_ms;

    const std::string document = key_document_key(to_hex(digest));
    const auto previous = stored_document(document);
    if (!previous) return previous.error();
    if (Status stored = store_document(document, write_key(record, *previous)); !stored.ok()) return stored;
    record.credit->set_limits(*record.spenders.key, record.limits);
    DirectoryBuilder builder(*directory_);
    builder.put(std::move(record));
    publish(std::move(builder).build());
    return {};
}

Status Accounts::delete_key(const KeyDigest& digest) {
    const KeyRecord* current = directory_->find_key(digest);
    if (current == nullptr) return not_found("key");
    if (current->kind == KeyKind::root) return {StatusCode::invalid, "the root key can't be deleted"};
    WriteBatch batch;
    batch.erase(Family::accounts, key_document_key(to_hex(digest)));
    if (Status status = store_.commit(batch, kDurability); !status.ok()) return status;
    DirectoryBuilder builder(*directory_);
    builder.erase_key(digest);
    publish(std::move(builder).build());
    return {};
}

}  // namespace tollgate
