// Organizations: what is stored of them, the policy that their requests obey, and the rules of changing both.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/billing_details.h"
#include "accounting/accounts/document.h"
#include "accounting/accounts/llm_settings.h"
#include "accounting/accounts/organization_retention.h"
#include "accounting/accounts/provider_preferences.h"
#include "accounting/accounts/subscription_plan.h"
#include "accounting/credit/credit.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;

// Whose requests a member sees; owners and admins see everybody's.
enum class ActivityVisibility : std::uint8_t { all_members, own_only };
std::string_view to_string(ActivityVisibility visibility);
bool parse(std::string_view text, ActivityVisibility& visibility);

// suspended: by the operator; its people may read, its keys call no models. deleted: nobody may anything but the
// operator, who reads its books and puts them right.
enum class OrganizationStatus : std::uint8_t { active, suspended, deleted };
std::string_view to_string(OrganizationStatus status);
bool parse(std::string_view text, OrganizationStatus& status);

// What providers may do with what the organization's requests say, whatever the requests and presets allow.
struct PrivacySettings {
    DataCollection data_collection = DataCollection::allow;
    bool zdr = false;  // zero data retention
    bool operator==(const PrivacySettings&) const = default;
};

struct ProviderKey;
using ProviderKeyList = std::vector<std::shared_ptr<const ProviderKey>>;
using SharedProviderKeys = std::shared_ptr<const ProviderKeyList>;

// What an organization's requests obey, and whoever looks at them.
struct OrganizationPolicy {
    std::string organization_text;            // the organization's id as a UUID, for headers and logs
    SharedLlmSettings llm;                    // its default
    bool allow_overrides = true;              // members' own settings count
    bool llm_below = false;                   // a project or a member has settings: kept by DirectoryBuilder
    bool own_keys_below = false;              // a project's mode is another than credits: the same
    SharedProviderKeys provider_keys;         // null: it has none. The same
    std::vector<std::string> allowed_models;  // ids, in order; empty: all
    std::uint8_t retention_class = 0;         // of its usage detail, as retention_of() has it; is not stored
    std::optional<OnExhausted> on_exhausted;  // empty: the configuration's, as is the next
    std::optional<NanoUsd> overdraft_cap;
    ActivityVisibility activity_visibility = ActivityVisibility::all_members;
    bool measure_repeats = false;        // its records have request digests
    SharedProviderPreferences provider;  // null: none
    PrivacySettings privacy;
    std::optional<NanoUsd> low_balance = {};  // below it, whoever runs the organization is told by mail; empty: nobody
    bool budget_alerts = false;               // the same when budgets are nearly or wholly spent
    bool owners_need_second_factor = false;   // an owner who has none may what a member may (permission.h)
    OrganizationStatus status = OrganizationStatus::active;
    bool closed() const { return status == OrganizationStatus::deleted; }
    bool suspended() const { return status == OrganizationStatus::suspended; }
};

enum class OrganizationKind : std::uint8_t { team, personal };  // personal: of one person, who is its only member
std::string_view to_string(OrganizationKind kind);
bool parse(std::string_view text, OrganizationKind& kind);

struct Organization {
    Id128 id = {};
    std::string name = {}, slug = {};
    OrganizationKind kind = OrganizationKind::team;
    Id128 created_by = {};     // nil: the operator
    std::int64_t version = 0;  // one more with each change; 1 is the first
    std::int64_t created_ms = 0, updated_ms = 0;
    OrganizationPolicy policy = {};
    OrganizationCredit* credit = nullptr;  // stable
    Limits limits = {};
    std::string plan = {};  // empty: the configuration's default
    PlanOverrides plan_overrides = {};
    RetentionChoice retention = {};
    std::shared_ptr<const BillingDetails> billing = {};  // null: there is nothing
};
BillingDetails billing_of(const Organization& organization);

// From the document's key and text. The pointer to credit is left to the caller.
Result<Organization> read_organization(DocumentReader& reader, std::string_view document, std::string_view text);

struct NewOrganization {
    std::string name = {};  // as check_name() has it
    std::string slug = {};  // empty: made from the name; else as check_slug() has it
    OrganizationKind kind = OrganizationKind::team;
    Id128 owner = {};  // becomes its first member; nil: it has none, the operator makes it
};
// With its "Default Project". denied email_not_verified; conflict limit_reached: the owner has made as many as he may;
// conflict slug_taken.
Result<Id128> create_organization(Change& change, NewOrganization fields);

// The organization as the change leaves it; not_found if it is unknown or closed.
Result<const Organization*> open_organization(const Change& change, const Id128& id);
// Stores the organization with its next version; its limits are in force after the commit.
void put_organization(Change& change, Organization organization);
// The same of one that was there: checks its fields and the version that the call demands.
Status update_organization(Change& change, Organization organization);

struct OrganizationChange {
    std::optional<std::string> name = {};
    std::optional<std::string> slug = {};
    std::optional<OrganizationStatus> status = {};  // active or suspended; the operator's alone
};
// Changes nothing, version included, where all is so already. conflict slug_taken: another one has it now; denied
// operator_only: the status.
Status update_organization(Change& change, const Id128& id, const OrganizationChange& fields);

struct Deletion {
    std::string confirmed_name = {};
    bool forfeits_credit = false;
};
// Closes a team organization: nobody is a member any more, its keys fail, its slug is free. What it did and spent stays
// in reports and in the ledger. Credit that is forfeited is the caller's to book, before the commit.
//   invalid   confirmation_needed   the name is not its name
//   conflict  personal_organization, credit_left
Status delete_organization(Change& change, const Id128& id, const Deletion& deletion);
// conflict credit_left, unless it is forfeited.
Status check_no_credit_left(const Organization& organization, bool forfeits_credit);
// The same without any condition.
void close_organization(Change& change, const Id128& id);

struct OrganizationLlm {
    LlmSettings settings = {};
    bool allow_overrides = true;
    std::vector<std::string> allowed_models = {};  // ids; empty: all
    bool operator==(const OrganizationLlm&) const = default;
};
OrganizationLlm llm_of(const OrganizationPolicy& policy);
// Replaces it all; changes nothing, version included, where it is so already, as do those below.
Status set_llm(Change& change, const Id128& organization, OrganizationLlm llm);
// What becomes of streams that its credit covers no longer; nullopt: the configuration's.
Status set_credit_policy(Change& change, const Id128& organization, std::optional<OnExhausted> on_exhausted,
                         std::optional<NanoUsd> overdraft_cap);
// Whom alerts.h tells of what.
Status set_alerts(Change& change, const Id128& organization, std::optional<NanoUsd> low_balance, bool budgets);
struct ActivitySettings {
    ActivityVisibility visibility = ActivityVisibility::all_members;
    bool measure_repeats = false;
};
Status set_activity_settings(Change& change, const Id128& organization, const ActivitySettings& settings);
// Empty preferences clear them.
Status set_provider_preferences(Change& change, const Id128& organization, ProviderPreferences preferences);
// conflict second_factor_needed: whoever demands it of owners is a person without one.
Status set_owners_need_second_factor(Change& change, const Id128& organization, bool needed);
Status set_privacy(Change& change, const Id128& organization, const PrivacySettings& privacy);

}  // namespace tollgate
