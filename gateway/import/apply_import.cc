#include "gateway/import/apply_import.h"

#include <algorithm>

#include "accounting/accounts/account_limits.h"
#include "accounting/accounts/carried_spend.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/document.h"

namespace tollgate {
namespace {

// What something of the other gateway became here: a document for each. Ids of theirs may be anything, so the key has a
// digest of it.
struct Imported {
    std::string table, id;  // there
    Id128 here = {};        // nil: a key, whose digest is its id
};

std::string document_key(const std::string& source, const std::string& table, const std::string& id) {
    return "imported/" + source + "/" + table + "/" + to_hex(digest_key(id));
}

std::string document_of(const Imported& imported) {
    DocumentWriter writer;
    writer.text("table", imported.table, kMaxNameBytes);
    writer.text("id", imported.id, kMaxModelBytes);
    writer.id("here", imported.here);
    return writer.take();
}

Result<Id128> here_of(const std::string& document, const std::string& text) {
    DocumentReader reader;
    reader.open(document, text);
    Id128 here;
    reader.id("here", here);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return here;
}

constexpr auto kUsers = "user", kOrganizations = "organization", kProjects = "project", kKeys = "key";

class Importer {
  public:
    Importer(Change& change, const ImportPlan& plan) : change_(change), plan_(plan) {}

    Result<ImportOutcome> run() {
        for (const ImportedUser& user : plan_.users) {
            if (Status status = add(user); !status.ok()) return std::unexpected(std::move(status));
        }
        for (const ImportedOrganization& organization : plan_.organizations) {
            if (Status status = add(organization); !status.ok()) return std::unexpected(std::move(status));
        }
        return std::move(outcome_);
    }

  private:
    // nullopt: it was not brought in yet.
    Result<std::optional<Id128>> find(const std::string& table, const std::string& id) {
        const std::string document = document_key(plan_.source, table, id);
        const auto text = change_.find_document(document);
        if (!text && text.error().code() == StatusCode::not_found) return std::nullopt;
        if (!text) return std::unexpected(text.error());
        const auto here = here_of(document, *text);
        if (!here) return std::unexpected(here.error());
        return *here;
    }
    void remember(const Id128& organization, const char* table, const std::string& id, const Id128& here) {
        const std::string shown(id.substr(0, kMaxModelBytes));
        change_.put_document(organization, document_key(plan_.source, table, id), {},
                             document_of({.table = table, .id = shown, .here = here}));
    }
    void problem(const std::string& what, const Status& why) {
        outcome_.problems.push_back(what + ": " + why.message());
    }

    Status add(const ImportedUser& user) {
        const auto before = find(kUsers, user.id);
        if (!before) return before.error();
        if (before->has_value()) {
            ++outcome_.there_before.users;
            if (change_.directory().find_user(**before) != nullptr) users_[user.id] = **before;
            return {};
        }
        const auto made = create_user(change_, {.email = user.email,
                                                .name = user.name,
                                                .verified_by = VerifiedBy::nobody,
                                                .external_id = plan_.source + ":" + user.id.substr(0, kMaxNameBytes)});
        if (!made) {
            problem("user " + user.id + " <" + user.email + ">", made.error());
            return {};
        }
        if (user.suspended) {
            if (Status status = update_user(change_, *made, {.status = UserStatus::suspended}); !status.ok()) {
                return status;
            }
        }
        remember({}, kUsers, user.id, *made);
        users_[user.id] = *made;
        ++outcome_.made.users;
        return {};
    }

    // The id here; nil: it could not be made, or was deleted since.
    Result<Id128> organization_for(const ImportedOrganization& organization) {
        const auto before = find(kOrganizations, organization.id);
        if (!before) return std::unexpected(before.error());
        if (before->has_value()) {
            ++outcome_.there_before.organizations;
            return open_organization(change_, **before) ? **before : Id128{};
        }
        const auto owner = users_.find(organization.owner);
        if (owner != users_.end()) {
            const Id128 personal = change_.directory().find_user(owner->second)->personal_organization;
            remember(personal, kOrganizations, organization.id, personal);
            return personal;
        }
        const auto made = create_organization(change_, {.name = organization.name});
        if (!made) {
            problem("organization " + organization.id, made.error());
            return Id128{};
        }
        remember(*made, kOrganizations, organization.id, *made);
        ++outcome_.made.organizations;
        return *made;
    }

    Status add(const ImportedOrganization& organization) {
        const std::size_t before = outcome_.there_before.organizations;
        const auto id = organization_for(organization);
        if (!id) return id.error();
        if (id->is_nil()) return {};
        const LimitTarget target{.scope = LimitScope::organization, .organization = *id};
        if (outcome_.there_before.organizations == before) put_limits(target, organization.limits);
        std::map<std::string, Id128> projects;
        for (const ImportedProject& project : organization.projects) {
            if (Status status = add(*id, project, projects); !status.ok()) return status;
        }
        for (const ImportedMember& member : organization.members) add(*id, member);
        for (const ImportedKey& key : organization.keys) {
            if (Status status = add(*id, key, projects); !status.ok()) return status;
        }
        change_.concerns(*id, "org/" + to_uuid(*id));
        return {};
    }

    void put_limits(const LimitTarget& target, const ImportedLimits& imported) {
        if (imported.limits != Limits{}) {
            if (Status status = set_limits(change_, target, imported.limits); !status.ok()) problem("limits", status);
        }
        put_spent(target, imported);
    }
    void put_spent(const LimitTarget& target, const ImportedLimits& imported) {
        if (imported.spent == NanoUsd{}) return;
        const Status status = put_carried_spend(
            change_,
            {.target = target, .amount = imported.spent, .window = imported.limits.reset, .at_ms = change_.now_ms()});
        if (!status.ok()) problem("what was spent", status);
    }

    Status add(const Id128& organization, const ImportedProject& project, std::map<std::string, Id128>& projects) {
        const auto before = find(kProjects, project.id);
        if (!before) return before.error();
        if (before->has_value()) {
            ++outcome_.there_before.projects;
            if (change_.directory().find_project(**before) != nullptr) projects[project.id] = **before;
            return {};
        }
        const auto made = create_project(change_, organization, project.name);
        if (!made) {
            problem("project " + project.id, made.error());
            return {};
        }
        remember(organization, kProjects, project.id, *made);
        put_limits({.scope = LimitScope::project, .organization = organization, .id = *made}, project.limits);
        projects[project.id] = *made;
        ++outcome_.made.projects;
        return {};
    }

    void add(const Id128& organization, const ImportedMember& member) {
        const auto user = users_.find(member.user);
        if (user == users_.end()) return;
        if (change_.directory().find_membership(organization, user->second) != nullptr) {
            ++outcome_.there_before.members;
            return;
        }
        const Status added =
            add_member(change_, organization, user->second, member.role, Seat::over_limit, JoinedBy::the_operator);
        if (!added.ok()) return problem("member " + member.user, added);
        const Id128& id = user->second;
        put_limits({.scope = LimitScope::member, .organization = organization, .id = id}, member.limits);
        ++outcome_.made.members;
    }

    // The project that a key is of; nil: there is none any more.
    Id128 project_of(const Id128& organization, const ImportedKey& key, const std::map<std::string, Id128>& projects) {
        if (!key.project.empty()) {
            const auto found = projects.find(key.project);
            return found == projects.end() ? Id128{} : found->second;
        }
        for (const Project* const project : change_.directory().projects_of(organization)) {
            if (project->is_default) return project->id;
        }
        return {};
    }

    Status add(const Id128& organization, const ImportedKey& imported, const std::map<std::string, Id128>& projects) {
        const std::string hash = to_hex(imported.digest);
        const auto before = find(kKeys, hash);
        if (!before) return before.error();
        if (before->has_value() || change_.directory().find_key(imported.digest) != nullptr) {
            ++outcome_.there_before.keys;
            return {};
        }
        KeyRecord key;
        key.digest = imported.digest;
        key.name = imported.name;
        key.organization = organization;
        key.project = project_of(organization, imported, projects);
        if (key.project.is_nil()) {
            problem("key " + hash, {StatusCode::not_found, "its project " + imported.project + " is not here"});
            return {};
        }
        const auto creator = users_.find(imported.user);
        if (creator != users_.end()) key.creator = creator->second;
        const Membership* const member = change_.directory().find_membership(organization, key.creator);
        if (member == nullptr) key.creator = {};
        key.disabled = imported.disabled ? Disabled::by_hand : Disabled::no;
        key.expires_ms = imported.expires_ms;
        key.created_ms = key.updated_ms = change_.now_ms();
        key.limits = imported.limits.limits;
        key.rules = KeyRules{.allow_models = imported.allow_models};
        key.ends = ends_of(imported.last);
        key.credit = change_.directory().find_organization(organization)->credit;
        remember(organization, kKeys, hash, {});
        put_key(change_, std::move(key));
        put_spent({.scope = LimitScope::key, .organization = organization, .key = imported.digest}, imported.limits);
        ++outcome_.made.keys;
        return {};
    }
    // The beginning of the text is not known.
    static KeyEnds ends_of(std::string_view last) {
        KeyEnds ends;
        ends.first.fill('*');
        ends.last.fill('*');
        const std::string_view tail = last.substr(last.size() - std::min(last.size(), ends.last.size()));
        std::ranges::copy(tail, ends.last.end() - static_cast<std::ptrdiff_t>(tail.size()));
        return ends;
    }

    Change& change_;
    const ImportPlan& plan_;
    std::map<std::string, Id128> users_;  // that are here, by their id there
    ImportOutcome outcome_;
};

Caller importer(const ImportPlan& plan) { return {.kind = CallerKind::job, .job = "import " + plan.source}; }

// The organization here; nullopt: it is not, or was closed.
std::optional<Id128> organization_here(Change& change, const ImportPlan& plan, const ImportedOrganization& one) {
    const std::string document = document_key(plan.source, kOrganizations, one.id);
    const auto text = change.find_document(document);
    const auto here = text ? here_of(document, *text) : Result<Id128>(std::unexpected(text.error()));
    if (!here || !open_organization(change, *here)) return std::nullopt;
    return *here;
}

void compare(const Directory& directory, const ImportedKey& planned, std::vector<std::string>& differences) {
    const std::string what = "key " + planned.name + " (" + to_hex(planned.digest) + ")";
    const KeyRecord* const key = directory.find_key(planned.digest);
    if (key == nullptr) {
        differences.push_back(what + " is not here");
        return;
    }
    const KeyRules* const rules = key->rules.get();
    if ((rules == nullptr ? KeyRules() : *rules) != KeyRules{.allow_models = planned.allow_models}) {
        differences.push_back(what + " has other rules");
    }
    if (Limits(key->limits) != planned.limits.limits) differences.push_back(what + " has other limits");
    if ((key->disabled != Disabled::no) != planned.disabled) {
        differences.push_back(what + (planned.disabled ? " is enabled" : " is disabled"));
    }
    if (key->expires_ms != planned.expires_ms) differences.push_back(what + " expires at another time");
}

void missing(std::size_t count, std::string_view what, std::vector<std::string>& differences) {
    if (count > 0) differences.push_back(std::to_string(count) + " " + std::string(what) + " not here");
}

}  // namespace

Result<std::vector<std::string>> verify_import(Accounts& accounts, const ImportPlan& plan, std::int64_t now_ms) {
    const auto outcome = apply_import(accounts, plan, ImportMode::only_plan, now_ms);
    if (!outcome) return std::unexpected(outcome.error());
    std::vector<std::string> differences;
    missing(outcome->made.users, "users are", differences);
    missing(outcome->made.organizations, "organizations are", differences);
    missing(outcome->made.projects, "projects are", differences);
    missing(outcome->made.members, "members are", differences);
    const auto directory = accounts.directory();
    for (const ImportedOrganization& organization : plan.organizations) {
        for (const ImportedKey& key : organization.keys) compare(*directory, key, differences);
    }
    return differences;
}

Result<ImportOutcome> apply_import(Accounts& accounts, const ImportPlan& plan, ImportMode mode, std::int64_t now_ms) {
    Change change(accounts, importer(plan), "import.apply", now_ms);
    auto outcome = Importer(change, plan).run();
    if (!outcome || mode == ImportMode::only_plan) return outcome;
    if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
    return outcome;
}

Result<NanoUsd> grant_imported_credit(Accounts& accounts, Ledger& ledger, const ImportPlan& plan, std::int64_t now_ms) {
    std::vector<std::pair<Id128, const ImportedOrganization*>> receivers;
    {
        Change change(accounts, importer(plan), "import.credit", now_ms);
        for (const ImportedOrganization& one : plan.organizations) {
            if (one.credit <= NanoUsd{}) continue;
            if (const auto here = organization_here(change, plan, one)) receivers.emplace_back(*here, &one);
        }
    }
    NanoUsd granted;
    for (const auto& [organization, one] : receivers) {
        const auto result = ledger.transact({.kind = TransactionKind::grant,
                                             .organization = organization,
                                             .amount = one->credit,
                                             .idempotency_key = "import " + plan.source,
                                             .note = "credit from " + plan.source,
                                             .actor = actor_of(importer(plan))},
                                            now_ms);
        if (!result) return std::unexpected(result.error());
        if (!result->repeated) granted += one->credit;
    }
    return granted;
}

}  // namespace tollgate
