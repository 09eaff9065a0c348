// Who made a key: for whom it spends, with whose rights it acts, and what becomes of it when that person may not act.
#pragma once

#include "accounting/accounts/key.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
class Directory;

// With its maker's rights.
bool acts_for_maker(KeyKind kind);

// What disables the key while nobody does by hand: whoever made it has left or is suspended, or its project is
// archived.
Disabled disabled_by_circumstance(const Directory& directory, const KeyRecord& key);

// Whether keys may be made in the person's name; nil is nobody in particular. invalid: is no member; conflict
// member_suspended.
Status check_maker(const Directory& directory, const Id128& organization, const Id128& maker);

// Enabling by hand does not undo what disables the key for another's sake. conflict project_archived, member_suspended,
// maker_left: management and service keys act with their maker's rights, and end with the maker.
Status check_may_enable(const Directory& directory, const KeyRecord& key);

// Makes the key the person's, enabled or not. What check_maker() refuses; invalid for a personal token, and for nobody.
Status hand_over(const Directory& directory, const Id128& maker, KeyRecord& key);

}  // namespace tollgate
