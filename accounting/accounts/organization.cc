#include "accounting/accounts/organization.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/git_claim.h"
#include "accounting/accounts/invitation.h"
#include "accounting/accounts/member.h"
#include "accounting/accounts/permission.h"
#include "accounting/accounts/project.h"
#include "accounting/accounts/provider_key.h"
#include "accounting/accounts/user.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 2> kKinds = {"team", "personal"};
constexpr std::array<std::string_view, 3> kStatuses = {"active", "suspended", "deleted"};
constexpr std::array<std::string_view, 2> kVisibilities = {"all_members", "own_only"};
constexpr std::size_t kSlugSuffix = 6;  // characters of the id appended to a slug that is taken

template <class Fields>
void billing_fields_of(BillingDetails& billing, Fields& fields) {
    fields.text("company", billing.company, kMaxBillingTextBytes);
    fields.text("address", billing.address, kMaxBillingAddressBytes);
    fields.text("tax_id", billing.tax_id, kMaxBillingTextBytes);
    fields.text("contact_name", billing.contact_name, kMaxBillingTextBytes);
    fields.text("contact_email", billing.contact_email, kMaxEmailBytes);
}

template <class OrganizationOf, class Fields>
void fields_of(OrganizationOf& organization, Fields& fields) {
    fields.name("name", organization.name);
    fields.text("slug", organization.slug, kMaxSlugBytes);
    fields.choice("kind", organization.kind);
    fields.id("created_by", organization.created_by);
    fields.number("version", organization.version);
    fields.number("created_ms", organization.created_ms);
    fields.number("updated_ms", organization.updated_ms);
    limit_fields_of(organization.limits, fields);
    auto& policy = organization.policy;
    llm_fields_of(policy.llm, fields);
    fields.flag("allow_overrides", policy.allow_overrides);
    fields.texts("allowed_models", policy.allowed_models);
    fields.choice("retention_level", organization.retention.level);
    fields.count("retention_days", organization.retention.days, kMostOfPlan);
    fields.choice("on_exhausted", policy.on_exhausted);
    fields.amount("overdraft_cap", policy.overdraft_cap);
    fields.choice("activity_visibility", policy.activity_visibility);
    fields.flag("measure_repeats", policy.measure_repeats);
    fields.amount("low_balance", policy.low_balance);
    fields.flag("budget_alerts", policy.budget_alerts);
    fields.flag("owners_need_second_factor", policy.owners_need_second_factor);
    fields.choice("status", policy.status);
    provider_field_of(policy.provider, fields);
    fields.choice("data_collection", policy.privacy.data_collection);
    fields.flag("zdr", policy.privacy.zdr);
    fields.optional_text("plan", organization.plan, kMaxNameBytes);
    fields.count("plan_members", organization.plan_overrides.members, kMostOfPlan);
    fields.count("plan_projects", organization.plan_overrides.projects, kMostOfPlan);
    fields.count("plan_keys", organization.plan_overrides.keys, kMostOfPlan);
    fields.count("plan_retention_days", organization.plan_overrides.retention_days, kMostOfPlan);
    BillingDetails billing = billing_of(organization);
    billing_fields_of(billing, fields);
    if constexpr (!std::is_const_v<OrganizationOf>) {
        const bool none = billing == BillingDetails{};
        organization.billing = none ? nullptr : std::make_shared<const BillingDetails>(std::move(billing));
    }
}

std::string document_of(const Organization& organization) {
    DocumentWriter writer;
    fields_of(organization, writer);
    return writer.take();
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

// When another organization has the slug, a part of the id's random end follows, as long as it takes.
std::string free_slug(const Directory& directory, std::string_view name, const Id128& id) {
    const std::string base = slug_of(name);
    std::string slug = base, digits = to_uuid(id);
    std::erase(digits, '-');
    for (std::size_t length = kSlugSuffix;
         directory.find_organization_by_slug(slug) != nullptr && length <= digits.size(); ++length) {
        slug = base + "-" + digits.substr(digits.size() - length);
    }
    return slug;
}

Status check_slug(const Directory& directory, const std::string& slug) {
    if (slug.size() > kMaxSlugBytes || slug != slug_of(slug)) {
        return {StatusCode::invalid, "slug: must be lower-case letters and digits, with single dashes between"};
    }
    if (directory.find_organization_by_slug(slug) == nullptr) return {};
    return {StatusCode::conflict, "another organization has this slug", "slug_taken"};
}

Status change_policy(Change& change, const Id128& id, const std::function<void(OrganizationPolicy&)>& edit) {
    const auto current = open_organization(change, id);
    if (!current) return current.error();
    if (Status status = change.require_version((*current)->version); !status.ok()) return status;
    Organization changed = **current;
    edit(changed.policy);
    if (document_of(changed) == document_of(**current)) return {};
    return update_organization(change, std::move(changed));
}

// How many the person may make: as the operator says of him, else as the plan of his personal organization does. Empty:
// as many as he likes.
Result<std::optional<std::int64_t>> most_organizations(Change& change, const User& person) {
    if (person.most_organizations) return person.most_organizations;
    const Organization* const own = change.directory().find_organization(person.personal_organization);
    const auto limits = plan_limits(change.accounts().plans(), *own);
    if (!limits) return std::unexpected(limits.error());
    return limits->organizations;
}

// Those that the person made and is still in.
std::int64_t made_by(const Directory& directory, const Id128& user) {
    return std::ranges::count_if(directory.organizations_of(user), [&](const Id128& id) {
        const Organization* const one = directory.find_organization(id);
        return one->created_by == user && one->kind == OrganizationKind::team && !one->policy.closed();
    });
}

Status check_owner(Change& change, const Id128& owner) {
    const Directory& directory = change.directory();
    const User* const person = directory.find_user(owner);
    if (person == nullptr) return {StatusCode::not_found, "there is no such person"};
    if (!person->verified()) {
        return {StatusCode::denied, "an organization's owner needs a verified e-mail address", "email_not_verified"};
    }
    const auto most = most_organizations(change, *person);
    if (!most) return most.error();
    const std::int64_t made = made_by(directory, owner);
    if (!*most || made < **most) return {};
    return {StatusCode::conflict,
            "the person has made " + std::to_string(made) + " of " + std::to_string(**most) + " organizations",
            "limit_reached"};
}

}  // namespace

BillingDetails billing_of(const Organization& organization) {
    return organization.billing == nullptr ? BillingDetails{} : *organization.billing;
}

std::string_view to_string(ActivityVisibility visibility) {
    return kVisibilities.at(static_cast<std::size_t>(visibility));
}

bool parse(std::string_view text, ActivityVisibility& visibility) {
    return parse_name(kVisibilities, text, visibility);
}

std::string_view to_string(OrganizationStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }

bool parse(std::string_view text, OrganizationStatus& status) { return parse_name(kStatuses, text, status); }

std::string_view to_string(OrganizationKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

bool parse(std::string_view text, OrganizationKind& kind) { return parse_name(kKinds, text, kind); }

Result<Organization> read_organization(DocumentReader& reader, std::string_view document, std::string_view text) {
    Organization organization;
    reader.open(document, text);
    const auto id = parse_uuid(reader.id_part(kOrganizationDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    organization.id = id.value_or(Id128{});
    organization.policy.organization_text = to_uuid(organization.id);
    fields_of(organization, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return organization;
}

Result<const Organization*> open_organization(const Change& change, const Id128& id) {
    const Organization* const organization = change.directory().find_organization(id);
    if (organization == nullptr || organization->policy.closed()) {
        return failure(StatusCode::not_found, "organization not found");
    }
    return organization;
}

void put_organization(Change& change, Organization organization) {
    const std::string document = organization_document_key(to_uuid(organization.id));
    const Organization* const before = change.directory().find_organization(organization.id);
    ++organization.version;
    const Accounts& accounts = change.accounts();
    organization.policy.retention_class = retention_of(organization, accounts.plans(), accounts.retention()).number;
    change.put_document(organization.id, document, before != nullptr ? document_of(*before) : std::string(),
                        document_of(organization));
    change.concerns(organization.id, document);
    change.after_publish([credit = organization.credit, limits = organization.limits] {
        credit->set_limits(credit->spender(), limits);
    });
    change.edit().put(std::move(organization));
}

Status update_organization(Change& change, Organization organization) {
    if (Status status = change.require_version(organization.version); !status.ok()) return status;
    organization.updated_ms = change.now_ms();
    DocumentCheck check;
    fields_of(organization, check);
    if (!check.status().ok()) return check.status();
    put_organization(change, std::move(organization));
    return {};
}

Result<Id128> create_organization(Change& change, NewOrganization wanted) {
    Organization organization;
    organization.id = make_uuid7(change.now_ms());
    organization.name = std::move(wanted.name);
    organization.kind = wanted.kind;
    organization.created_by = wanted.owner;
    organization.created_ms = organization.updated_ms = change.now_ms();
    DocumentCheck check;
    fields_of(organization, check);
    if (!check.status().ok()) return std::unexpected(check.status());
    if (!wanted.owner.is_nil()) {
        if (Status status = check_owner(change, wanted.owner); !status.ok()) {
            return std::unexpected(std::move(status));
        }
    }
    if (wanted.slug.empty()) {
        organization.slug = free_slug(change.directory(), organization.name, organization.id);
    } else {
        organization.slug = std::move(wanted.slug);
        if (Status status = check_slug(change.directory(), organization.slug); !status.ok()) {
            return std::unexpected(std::move(status));
        }
    }
    organization.policy.organization_text = to_uuid(organization.id);
    organization.credit = &change.accounts().credits().organization(organization.id);
    const Id128 id = organization.id;
    put_organization(change, std::move(organization));
    create_default_project(change, id);
    if (!wanted.owner.is_nil()) {
        Status joined = add_member(change, id, wanted.owner, Role::owner, Seat::of_creation, JoinedBy::creation);
        if (!joined.ok()) return std::unexpected(std::move(joined));
    }
    change.concerns(id, organization_document_key(to_uuid(id)));
    return id;
}

Status update_organization(Change& change, const Id128& id, const OrganizationChange& fields) {
    const auto current = open_organization(change, id);
    if (!current) return current.error();
    if (Status status = change.require_version((*current)->version); !status.ok()) return status;
    Organization changed = **current;
    changed.name = fields.name.value_or(changed.name);
    changed.slug = fields.slug.value_or(changed.slug);
    changed.policy.status = fields.status.value_or(changed.policy.status);
    const bool same_slug = changed.slug == (*current)->slug;
    const bool same_status = changed.policy.status == (*current)->policy.status;
    if (same_slug && same_status && changed.name == (*current)->name) return {};
    if (!same_status && !change.caller().is_operator()) {
        return {StatusCode::denied, "only the operator suspends an organization, or ends that", "operator_only"};
    }
    if (changed.policy.closed()) return {StatusCode::invalid, "status: must be active or suspended"};
    if (!same_slug) {
        if (Status status = check_slug(change.directory(), changed.slug); !status.ok()) return status;
    }
    return update_organization(change, std::move(changed));
}

Status delete_organization(Change& change, const Id128& id, const Deletion& deletion) {
    const auto found = open_organization(change, id);
    if (!found) return found.error();
    const Organization& organization = **found;
    if (Status status = change.require_version(organization.version); !status.ok()) return status;
    if (organization.kind == OrganizationKind::personal) {
        return {StatusCode::conflict, "a personal organization goes with its person only", "personal_organization"};
    }
    if (deletion.confirmed_name != organization.name) {
        return {StatusCode::invalid, "confirm: must be the organization's name, for it cannot be brought back",
                "confirmation_needed"};
    }
    if (Status status = check_no_credit_left(organization, deletion.forfeits_credit); !status.ok()) return status;
    close_organization(change, id);
    return {};
}

Status check_no_credit_left(const Organization& organization, bool forfeits_credit) {
    const NanoUsd balance = organization.credit->snapshot().balance();
    if (balance <= NanoUsd{} || forfeits_credit) return {};
    return {StatusCode::conflict, "the organization still has " + to_usd(balance) + " USD of credit", "credit_left"};
}

void close_organization(Change& change, const Id128& id) {
    std::vector<Id128> members;
    for (const Membership* const one : change.directory().members_of(id)) members.push_back(one->user);
    for (const Id128& member : members) end_membership(change, id, member);
    erase_invitations(change, id);
    release_git_claims(change, id);
    erase_provider_keys(change, id);
    change.accounts().vault().destroy(change, id);
    Organization organization = *change.directory().find_organization(id);
    organization.policy.status = OrganizationStatus::deleted;
    organization.updated_ms = change.now_ms();
    put_organization(change, std::move(organization));
}

OrganizationLlm llm_of(const OrganizationPolicy& policy) {
    return {.settings = policy.llm ? *policy.llm : LlmSettings(),
            .allow_overrides = policy.allow_overrides,
            .allowed_models = policy.allowed_models};
}

Status set_llm(Change& change, const Id128& organization, OrganizationLlm llm) {
    std::ranges::sort(llm.allowed_models);
    const auto twice = std::ranges::unique(llm.allowed_models);
    llm.allowed_models.erase(twice.begin(), twice.end());
    return change_policy(change, organization, [&](OrganizationPolicy& policy) {
        policy.llm = share(std::move(llm.settings));
        policy.allow_overrides = llm.allow_overrides;
        policy.allowed_models = std::move(llm.allowed_models);
    });
}

Status set_credit_policy(Change& change, const Id128& organization, std::optional<OnExhausted> on_exhausted,
                         std::optional<NanoUsd> overdraft_cap) {
    return change_policy(change, organization, [&](OrganizationPolicy& policy) {
        policy.on_exhausted = on_exhausted;
        policy.overdraft_cap = overdraft_cap;
    });
}

Status set_alerts(Change& change, const Id128& organization, std::optional<NanoUsd> low_balance, bool budgets) {
    return change_policy(change, organization, [&](OrganizationPolicy& policy) {
        policy.low_balance = low_balance;
        policy.budget_alerts = budgets;
    });
}

Status set_activity_settings(Change& change, const Id128& organization, const ActivitySettings& settings) {
    return change_policy(change, organization, [&](OrganizationPolicy& policy) {
        policy.activity_visibility = settings.visibility;
        policy.measure_repeats = settings.measure_repeats;
    });
}

Status set_provider_preferences(Change& change, const Id128& organization, ProviderPreferences preferences) {
    return change_policy(change, organization,
                         [&](OrganizationPolicy& policy) { policy.provider = share(std::move(preferences)); });
}

Status set_owners_need_second_factor(Change& change, const Id128& organization, bool needed) {
    const User* const person =
        change.caller().is_person() ? change.directory().find_user(change.caller().user) : nullptr;
    if (needed && person != nullptr && person->second_factor_ms == 0) {
        return {StatusCode::conflict, "set up a second factor of your own before you demand one of owners",
                kSecondFactorNeeded};
    }
    return change_policy(change, organization,
                         [&](OrganizationPolicy& policy) { policy.owners_need_second_factor = needed; });
}

Status set_privacy(Change& change, const Id128& organization, const PrivacySettings& privacy) {
    return change_policy(change, organization, [&](OrganizationPolicy& policy) { policy.privacy = privacy; });
}

}  // namespace tollgate
