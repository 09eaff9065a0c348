// How many people, projects and keys an organization may have. An invitation that may still be accepted holds a seat.
#pragma once

#include <cstddef>
#include <cstdint>

#include "accounting/money/ids.h"
#include "store/status.h"

namespace tollgate {

class Change;
class Directory;

inline constexpr std::size_t kMostMembers = 10;
inline constexpr std::size_t kMostProjects = 10;  // archived ones too
inline constexpr std::size_t kMostKeys = 200;     // of every kind, disabled and expired ones too

struct Seats {
    std::size_t members = 0;  // suspended ones too
    std::size_t pending = 0;  // invitations
    std::size_t taken() const { return members + pending; }
};
Seats seats_of(const Directory& directory, const Id128& organization, std::int64_t now_ms);

// conflict limit_reached: there is no room for so many more; the message names who is invited.
Status check_seats(const Change& change, const Id128& organization, std::size_t more);
// The same of one more project or key. The operator makes as many as he wants.
Status check_room_for_project(const Change& change, const Id128& organization);
Status check_room_for_key(const Change& change, const Id128& organization);

}  // namespace tollgate
