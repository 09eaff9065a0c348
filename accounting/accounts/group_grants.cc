#include "accounting/accounts/group_grants.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/change.h"
#include "accounting/accounts/member.h"
#include "accounting/accounts/organization.h"

namespace tollgate {
namespace {

class Follower {
  public:
    Follower(Change& change, const Id128& user, FollowedGroups& followed)
        : change_(change), user_(user), followed_(followed) {}

    // The group gives the role, and gave `before`, if it gave any.
    void give(const GroupMembership& wanted, const GroupGrant* before) {
        const Membership* const member = find(wanted.organization);
        if (member == nullptr) return join(wanted);
        const Role had = member->role;
        // Still as the group left it: the role is the group's to change. Else people have changed it since.
        const bool ours = before != nullptr && had == before->role;
        if (ours && before->before == Role::none) return change_role(*before, wanted.role);
        if (ours) return change_role(*before, std::max(wanted.role, before->before));
        if (before != nullptr) return keep(*before);
        if (had >= wanted.role) return;
        change_role({.organization = wanted.organization, .role = had, .before = had}, wanted.role);
    }

    void take_back(const GroupGrant& grant) {
        const Membership* const member = find(grant.organization);
        if (member == nullptr) return;  // it ended by itself
        if (grant.before == Role::none) {
            const auto removed = remove_member(change_, grant.organization, user_);
            if (!removed) keep_for(grant, removed.error());
        } else if (member->role == grant.role && grant.role != grant.before) {
            const Status demoted = update_member(change_, grant.organization, user_, {.role = grant.before});
            if (!demoted.ok()) keep_for(grant, demoted);
        }
    }

  private:
    const Membership* find(const Id128& organization) const {
        return change_.directory().find_membership(organization, user_);
    }
    void keep(GroupGrant grant) { followed_.grants.push_back(grant); }
    void tell(const Id128& organization, const Status& status) {
        followed_.problems.push_back("organization " + to_uuid(organization) + ": " + status.message());
    }
    void keep_for(const GroupGrant& grant, const Status& status) {
        tell(grant.organization, status);
        keep(grant);
    }

    void join(const GroupMembership& wanted) {
        const Status joined =
            add_member(change_, wanted.organization, user_, wanted.role, Seat::taken, JoinedBy::identity_provider);
        if (!joined.ok()) return tell(wanted.organization, joined);
        keep({.organization = wanted.organization, .role = wanted.role});
    }

    void change_role(GroupGrant grant, Role role) {
        const Status changed = update_member(change_, grant.organization, user_, {.role = role});
        if (!changed.ok()) return keep_for(grant, changed);
        grant.role = role;
        keep(grant);
    }

    Change& change_;
    const Id128 user_;
    FollowedGroups& followed_;
};

}  // namespace

FollowedGroups follow_groups(Change& change, const Id128& user, const std::vector<GroupGrant>& before,
                             const std::vector<GroupMembership>& wanted) {
    FollowedGroups followed;
    Follower follower(change, user, followed);
    for (const GroupMembership& one : wanted) {
        const auto was = std::ranges::find(before, one.organization, &GroupGrant::organization);
        follower.give(one, was == before.end() ? nullptr : &*was);
    }
    for (const GroupGrant& grant : before) {
        const bool still =
            std::ranges::find(wanted, grant.organization, &GroupMembership::organization) != wanted.end();
        if (!still) follower.take_back(grant);
    }
    return followed;
}

}  // namespace tollgate
