// What people call the keys, projects and members that usage names by their ids. One for each answer: what was looked
// up is kept.
#pragma once

#include <map>
#include <string>

#include "accounting/accounts/directory.h"
#include "accounting/ledger/usage_record.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

class UsageNames {
  public:
    // Both must outlive it. Blocks where a key or project has been deleted: what named it is in
    // the store.
    UsageNames(const Directory& directory, Store& store) : directory_(directory), store_(store) {}

    // Empty for what was never seen here.
    const KeyNames& key(const KeyDigest& key);
    const std::string& project(const Id128& project);
    const User* user(const Id128& user) const { return directory_.find_user(user); }  // nullptr: deleted, or none

    // key_hash, key_name and key_label; the last two are null of a key that was never seen here.
    void add_key(const KeyDigest& key, Columns& out);
    // member_id, member_name and member_email; null if there is none. Who left the organization has his still.
    void add_member(const Id128& member, Columns& out);
    // project_id and project_name; null if there is none.
    void add_project(const Id128& project, Columns& out);

  private:
    const Directory& directory_;
    Store& store_;
    std::map<KeyDigest, KeyNames> keys_;
    std::map<Id128, std::string> projects_;
};

// The Git repository that a request named, if it did; git_claim_id is null where no claim decided who pays.
void add_git(const GitUsage& git, Columns& out);
inline constexpr std::array kGitColumns = {fields::text("git_provider").or_null(), fields::text("git_host").or_null(),
                                           fields::text("git_organization").or_null(),
                                           fields::text("git_repository").or_null(),
                                           fields::uuid("git_claim_id").or_null()};

inline constexpr std::array kKeyColumns = {fields::key_hash("key_hash"), fields::text("key_name").or_null(),
                                           fields::text("key_label").or_null()};
inline constexpr std::array kMemberColumns = {
    fields::uuid("member_id").or_null(), fields::text("member_name").or_null(), fields::text("member_email").or_null()};
inline constexpr std::array kProjectColumns = {fields::uuid("project_id").or_null(),
                                               fields::text("project_name").or_null()};

}  // namespace tollgate
