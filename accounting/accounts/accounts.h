// Changes to accounts. Each call validates, commits to the store, then publishes a new Directory. Calls block: they are
// made on the control thread only. A failed call changes nothing. Money (grants) goes through
// accounting/ledger/ledger.h, not through here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "accounting/accounts/directory.h"
#include "store/store.h"

namespace tollgate {

struct NewKey {
    std::string plaintext;  // shown once, stored nowhere
    KeyDigest digest;
};

// "sk-tg-v1-" + 43 base62 (256 random bits) + 6 base62 of CRC-32 over what precedes. Root keys: "sk-tg-root-" + the
// same.
NewKey generate_key(KeyKind kind);
// True if the text has the form and the checksum of a key; says nothing about whether it exists.
bool well_formed_key(std::string_view text);
std::string key_label(std::string_view plaintext);  // "sk-tg-v1-abc...123"

class Accounts {
  public:
    using Publish = std::function<void(std::shared_ptr<const Directory>)>;

    // Loads everything. `store` and `credits` must outlive it.
    static Result<std::unique_ptr<Accounts>> load(Store& store, CreditTable& credits);

    std::shared_ptr<const Directory> directory() const;
    // Called after every change with the new snapshot; returns when every reader uses it.
    void on_publish(Publish publish) { publish_ = std::move(publish); }

    // not_found until a root key was created; created at most once (already_exists).
    Result<NewKey> create_root_key(std::int64_t now_ms);
    bool has_root_key() const;

    struct OrganizationFields {
        std::string name = {};
    };
    // Creates the organization with its "Default Project". Names: 1..100 bytes of UTF-8 without control characters.
    Result<Id128> create_organization(const OrganizationFields& fields, std::int64_t now_ms);
    Result<Id128> create_project(const Id128& organization, std::string name, std::int64_t now_ms);

    struct KeyFields {
        std::string name = {};
        KeyKind kind = KeyKind::inference;
        // Inference keys: the organization's default if absent. Management keys belong to no project and refuse one.
        std::optional<Id128> project = {};
        Id128 creator = {};  // user; people come later, the id is kept
        std::optional<NanoUsd> limit = {};
        LimitReset reset = LimitReset::lifetime;
        std::int64_t expires_ms = 0;  // 0: never; else after now_ms
    };
    Result<NewKey> create_key(const Id128& organization, const KeyFields& fields, std::int64_t now_ms);

    struct KeyChange {
        std::optional<std::string> name = {};
        std::optional<bool> disabled = {};
        std::optional<std::optional<NanoUsd>> limit = {};  // present and empty: unlimited
        std::optional<LimitReset> reset = {};
    };
    // not_found for an unknown key; the root key can be neither changed nor deleted (invalid).
    Status update_key(const KeyDigest& digest, const KeyChange& change, std::int64_t now_ms);
    Status delete_key(const KeyDigest& digest);

    // Whose limits: of the organization itself, or of one of its projects, members or keys.
    struct LimitTarget {
        LimitScope scope = LimitScope::organization;
        Id128 organization = {};
        Id128 id = {};  // project or member
        KeyDigest key = {};
    };
    // Replaces all limits at once; in force for every request that starts afterwards. invalid names the limit at fault;
    // not_found for what the organization has not. A member need not be known yet: people come later.
    Status set_limits(const LimitTarget& target, const Limits& limits, std::int64_t now_ms);
    // Where the limits are counted; nullptr if there is no such project or key.
    Spender* find_spender(const LimitTarget& target) const;

    // Empty model clears the default, provider included.
    Status set_llm_default(const Id128& organization, std::string model, std::string provider, std::int64_t now_ms);
    // The class of its usage detail from now on (retention.h); nullopt: the configuration's default.
    Status set_retention_class(const Id128& organization, std::optional<std::uint8_t> number, std::int64_t now_ms);
    // What becomes of streams that its credit covers no longer; nullopt: the configuration's.
    Status set_credit_policy(const Id128& organization, std::optional<OnExhausted> on_exhausted,
                             std::optional<NanoUsd> overdraft_cap, std::int64_t now_ms);

  private:
    Accounts(Store& store, CreditTable& credits);
    using ReadDocument = std::function<Status(std::string_view key, std::string_view text)>;
    Status load_all();
    Status load_organizations();
    Status load_projects();
    Status load_keys();
    Status load_root_key();
    Status load_members();
    Status change_policy(const Id128& organization, const std::function<void(OrganizationPolicy&)>& change,
                         std::int64_t now_ms);
    Status store_limits(const LimitTarget& target, const Limits& limits, std::int64_t now_ms);
    Status for_each_document(std::string_view prefix, const ReadDocument& read);
    Result<std::string> stored_document(const std::string& key);
    Status store_document(std::string key, Result<std::string> text);

    void attach(KeyRecord& record, const Organization& organization);
    std::string free_slug(std::string_view name, const Id128& organization) const;
    Result<const Organization*> open_organization(const Id128& id) const;
    Result<Id128> project_for_key(const Organization& organization, const KeyFields& fields) const;
    void publish(std::shared_ptr<const Directory> next);

    Store& store_;
    CreditTable& credits_;
    std::shared_ptr<const Directory> directory_;
    std::unordered_set<std::string> slugs_;  // of all organizations
    bool has_root_key_ = false;
    Publish publish_;
};

}  // namespace tollgate
