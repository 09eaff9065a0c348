// All accounts: loaded at start, changed by a Change (change.h), read as a snapshot (directory.h). Money goes through
// accounting/ledger/ledger.h, not through here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "accounting/accounts/directory.h"
#include "accounting/credit/credit.h"
#include "store/store.h"

namespace tollgate {

class DirectoryBuilder;

class Accounts {
  public:
    using Publish = std::function<void(std::shared_ptr<const Directory>)>;

    // Loads everything. `store` and `credits` must outlive it.
    static Result<std::unique_ptr<Accounts>> load(Store& store, CreditTable& credits);

    // The snapshot in force. Any thread.
    std::shared_ptr<const Directory> directory() const;
    bool has_root_key() const;
    // Called after every change with the new snapshot; returns when every reader uses it. Set before the first change.
    void on_publish(Publish publish) { publish_ = std::move(publish); }
    // Of the last change that was committed; 0: there was none.
    std::uint64_t last_change() const;

    // --- For changes.
    Store& store() { return store_; }
    CreditTable& credits() { return credits_; }
    // True also for a few that no organization has.
    bool may_have_slug(const std::string& slug) const { return slugs_.contains(std::hash<std::string>()(slug)); }
    void add_slug(const std::string& slug) { slugs_.insert(std::hash<std::string>()(slug)); }

  private:
    friend class Change;
    Accounts(Store& store, CreditTable& credits);

    Status load_all();
    Status load_organizations(DirectoryBuilder& builder);
    Status load_projects(DirectoryBuilder& builder);
    Status load_keys(DirectoryBuilder& builder);
    Status load_users(DirectoryBuilder& builder);
    Status load_members(DirectoryBuilder& builder);
    Status load_invitations(DirectoryBuilder& builder);
    Status load_root_key(DirectoryBuilder& builder);
    Status load_last_change();
    void publish(std::shared_ptr<const Directory> next);

    Store& store_;
    CreditTable& credits_;
    mutable std::mutex directory_mutex_;  // around the pointer
    std::shared_ptr<const Directory> directory_;
    mutable std::mutex change_mutex_;        // held by the one Change there is
    std::uint64_t last_change_ = 0;          // guarded by change_mutex_, as is the next
    std::unordered_set<std::size_t> slugs_;  // hashes, of all organizations
    Publish publish_;
};

}  // namespace tollgate
