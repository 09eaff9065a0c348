// Memberships that follow a person's groups at an identity provider. What a group gave it takes again when he leaves
// it; what people gave by hand is theirs.
#pragma once

#include <string>
#include <vector>

#include "accounting/accounts/identity.h"
#include "accounting/accounts/role.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;

// What his groups give; an organization stands there once, with the highest role.
struct GroupMembership {
    Id128 organization = {};
    Role role = Role::member;
};

struct FollowedGroups {
    std::vector<GroupGrant> grants = {};     // from now on
    std::vector<std::string> problems = {};  // what could not be done, in words for the operator
};

// Brings the person's memberships from what his groups gave before to what they give now. A member who has a higher
// role already keeps it. An organization never loses its last owner, and takes no more members than it may have: these
// are the problems.
FollowedGroups follow_groups(Change& change, const Id128& user, const std::vector<GroupGrant>& before,
                             const std::vector<GroupMembership>& wanted);

}  // namespace tollgate
