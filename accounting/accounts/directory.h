// Who may call and under which policy: an immutable snapshot, sharded, replaced as a whole root when anything changes
// (one shard and the root are copied, whatever the size of the organization).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "accounting/accounts/git_claim.h"
#include "accounting/accounts/invitation.h"
#include "accounting/accounts/key.h"
#include "accounting/accounts/member.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/preset.h"
#include "accounting/accounts/project.h"
#include "accounting/accounts/provider_key.h"
#include "accounting/accounts/session.h"
#include "accounting/accounts/user.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Directory {
  public:
    static constexpr std::size_t kShards = 4096;

    // nullptr if unknown. The record lives as long as this snapshot.
    const KeyRecord* find_key(const KeyDigest& digest) const;  // by its public id
    // By the digest of a secret; nullptr also if the secret was replaced and works no more at `now_ms`, Unix time.
    const KeyRecord* find_key_of_secret(const KeyDigest& secret, std::int64_t now_ms) const;
    const Organization* find_organization(const Id128& id) const;
    const Organization* find_organization_by_slug(std::string_view slug) const;  // one that is not closed
    const Project* find_project(const Id128& id) const;
    const Project* default_project(const Id128& organization) const;
    const User* find_user(const Id128& id) const;
    const User* find_user_by_email(std::string_view normal_email) const;
    const Session* find_session(const Id128& user, const KeyDigest& id) const;
    // By the digest of its secret. Whether it is over is for the caller to look at.
    std::shared_ptr<const Session> find_session_of_secret(const KeyDigest& secret) const;
    const Membership* find_membership(const Id128& organization, const Id128& user) const;
    const Invitation* find_invitation(const Id128& organization, const Id128& id) const;
    const Invitation* find_invitation(const KeyDigest& token) const;  // either of the two
    const Preset* find_preset(const Id128& organization, std::string_view slug) const;
    const ProviderKey* find_provider_key(const Id128& organization, const Id128& id) const;

    const GitClaim* find_git_claim(const Id128& organization, const Id128& id) const;
    const GitClaim* find_git_claim(const GitName& name) const;  // of exactly this Git organization
    // The claim of the Git organization, or of the nearest one that it is in.
    const GitClaim* find_covering_claim(GitName name) const;

    // For management listings, not for the request path. In no order: there may be a million, of which a page is shown.
    std::vector<const Organization*> organizations() const;
    std::vector<const KeyRecord*> keys_of(const Id128& organization) const;
    // In creation order, the default project first.
    std::vector<const Project*> projects_of(const Id128& organization) const;
    std::vector<const Membership*> members_of(const Id128& organization) const;  // by the person's id
    std::vector<const Invitation*> invitations_of(const Id128& organization) const;
    std::vector<const GitClaim*> git_claims_of(const Id128& organization) const;
    std::vector<const Preset*> presets_of(const Id128& organization) const;  // by slug
    std::vector<const ProviderKey*> provider_keys_of(const Id128& organization) const;
    std::vector<const User*> users() const;
    std::vector<const User*> operators() const;  // who are not suspended
    bool has_operator() const { return !operators().empty(); }
    std::vector<Id128> organizations_of(const Id128& user) const;
    std::vector<const KeyRecord*> tokens_of(const Id128& user) const;
    std::vector<const Session*> sessions_of(const Id128& user) const;  // in the order in which they began
    std::vector<const Session*> sessions() const;
    std::vector<const Invitation*> invitations_to(std::string_view normal_email) const;
    std::size_t key_count() const;  // the root key and personal tokens included
    bool has_root_key() const;

    struct Root;  // directory_builder.h; accounts.cc builds new ones
    explicit Directory(std::shared_ptr<const Root> root);

  private:
    friend class DirectoryBuilder;
    std::shared_ptr<const Root> root_;
};

}  // namespace tollgate
