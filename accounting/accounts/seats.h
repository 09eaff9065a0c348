// How many people, projects and keys an organization may have, as its plan says (subscription_plan.h). An invitation
// that may still be accepted holds a seat.
#pragma once

#include <cstddef>
#include <cstdint>

#include "accounting/money/ids.h"
#include "store/status.h"

namespace tollgate {

class Change;
class Directory;

struct Seats {
    std::size_t members = 0;  // suspended ones too
    std::size_t pending = 0;  // invitations
    std::size_t taken() const { return members + pending; }
};
Seats seats_of(const Directory& directory, const Id128& organization, std::int64_t now_ms);

// conflict limit_reached: there is no room for so many more; the message names who is invited.
Status check_seats(Change& change, const Id128& organization, std::size_t more);
// The same of one more project or key. The operator makes as many as he wants.
Status check_room_for_project(Change& change, const Id128& organization);
Status check_room_for_key(Change& change, const Id128& organization);

}  // namespace tollgate
