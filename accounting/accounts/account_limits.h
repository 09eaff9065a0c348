// Limits of organizations, projects, members and keys: whose they are, and how they are changed.
#pragma once

#include "accounting/accounts/directory.h"
#include "accounting/credit/credit.h"

namespace tollgate {

class Change;

// Whose limits: of the organization itself, or of one of its projects, members or keys.
struct LimitTarget {
    LimitScope scope = LimitScope::organization;
    Id128 organization = {};
    Id128 id = {};  // project or member
    KeyDigest key = {};
};

// Limits with the version of what has them: of the key, the project, the organization or the member.
struct VersionedLimits {
    Limits limits;
    std::int64_t version = 0;
};
// As they stand in the directory; not_found for what the organization has not.
Result<VersionedLimits> find_limits(const Directory& directory, const LimitTarget& target);

// Replaces all limits at once; in force for every request that starts after the commit. invalid names the limit at
// fault; not_found for what the organization has not.
Status set_limits(Change& change, const LimitTarget& target, const Limits& limits);

// Where what the key spends is counted, with its limits in force. Any thread; two loads once the key has been used. The
// key must be of the directory, and none of the root key.
const Spenders& spenders_of(const Directory& directory, const KeyRecord& key, CreditTable& credits);

// Where what a key or token spends of another organization's credit than its own is counted: there, in the default
// project, for the member who made it. Limits of the key hold in each organization by itself. Takes locks.
Spenders spenders_in(const Directory& directory, const Organization& organization, const KeyRecord& key,
                     CreditTable& credits);

// Where the limits are counted; nullptr if there is no such project, member or key.
Spender* find_spender(const Directory& directory, CreditTable& credits, const LimitTarget& target);

}  // namespace tollgate
