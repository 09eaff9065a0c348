// All accounts: loaded at start, changed by a Change (change.h), read as a snapshot (directory.h). Money goes through
// accounting/ledger/ledger.h, not through here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/directory.h"
#include "accounting/accounts/subscription_plan.h"
#include "accounting/accounts/vault.h"
#include "accounting/credit/credit.h"
#include "accounting/usage/retention.h"
#include "store/store.h"

namespace tollgate {

class DirectoryBuilder;

class Accounts {
  public:
    using Publish = std::function<void(std::shared_ptr<const Directory>)>;

    // Loads everything. `store` and `credits` must outlive it.
    static Result<std::unique_ptr<Accounts>> load(Store& store, CreditTable& credits, SubscriptionPlans plans = {},
                                                  RetentionPolicy retention = {});

    // The snapshot in force. Any thread.
    std::shared_ptr<const Directory> directory() const;
    bool has_root_key() const;
    // Called after every change with the new snapshot; returns when every reader uses it. Set before the first change.
    void on_publish(Publish publish) { publish_ = std::move(publish); }
    // Called when mail was queued (outbox.h). Set before the first change.
    void on_mail(std::function<void()> queued) { mail_queued_ = std::move(queued); }
    // Of the last change that was committed; 0: there was none.
    std::uint64_t last_change() const;

    // Opens and seals secrets, once the gateway has given it a master key.
    Vault& vault() { return vault_; }
    const Vault& vault() const { return vault_; }

    // --- For changes.
    Store& store() { return store_; }
    CreditTable& credits() { return credits_; }
    const SubscriptionPlans& plans() const { return plans_; }
    const RetentionPolicy& retention() const { return retention_; }
    void mail_was_queued() const {
        if (mail_queued_) mail_queued_();
    }

  private:
    friend class Change;
    Accounts(Store& store, CreditTable& credits, SubscriptionPlans plans, RetentionPolicy retention);

    Status load_all();
    Status load_organizations(DirectoryBuilder& builder);
    Status load_projects(DirectoryBuilder& builder);
    Status load_keys(DirectoryBuilder& builder);
    Status load_users(DirectoryBuilder& builder);
    Status load_members(DirectoryBuilder& builder);
    Status load_sessions(DirectoryBuilder& builder);
    Status load_invitations(DirectoryBuilder& builder);
    Status load_git_claims(DirectoryBuilder& builder);
    Status load_presets(DirectoryBuilder& builder);
    Status load_root_key(DirectoryBuilder& builder);
    Status load_data_keys(DirectoryBuilder& builder);
    Status load_provider_keys(DirectoryBuilder& builder);
    Status load_last_change();
    void publish(std::shared_ptr<const Directory> next);

    // A change whose commit failed: the store may have it all the same. No other change is stored before it is known.
    struct UnsureChange {
        std::uint64_t number = 0;
        std::shared_ptr<const Directory> next;
        std::vector<std::function<void()>> commit_effects, effects;
    };
    void settle_unsure();               // if the store takes commits again
    std::uint64_t next_change() const;  // a number that no other change has, be it stored or not
    void take_effect(UnsureChange stored);

    Store& store_;
    CreditTable& credits_;
    const SubscriptionPlans plans_;
    const RetentionPolicy retention_;
    mutable std::mutex directory_mutex_;  // around the pointer
    std::shared_ptr<const Directory> directory_;
    mutable std::mutex change_mutex_;  // held by the one Change there is
    std::uint64_t last_change_ = 0;    // guarded by change_mutex_, as is the next
    std::optional<UnsureChange> unsure_;
    Publish publish_;
    std::function<void()> mail_queued_;
    Vault vault_;
};

}  // namespace tollgate
