#include "accounting/accounts/seats.h"

#include <string>

#include "accounting/accounts/change.h"
#include "accounting/accounts/invitation.h"

namespace tollgate {

Seats seats_of(const Directory& directory, const Id128& organization, std::int64_t now_ms) {
    Seats seats{.members = directory.members_of(organization).size()};
    for (const Invitation* const one : directory.invitations_of(organization)) {
        if (state_of(*one, now_ms) == InvitationState::pending) ++seats.pending;
    }
    return seats;
}

Status check_seats(const Change& change, const Id128& organization, std::size_t more) {
    const Seats seats = seats_of(change.directory(), organization, change.now_ms());
    if (seats.taken() + more <= kMostMembers) return {};
    std::string invited;
    for (const Invitation* const one : change.directory().invitations_of(organization)) {
        if (state_of(*one, change.now_ms()) != InvitationState::pending) continue;
        invited += invited.empty() ? " (" : ", ";
        invited += one->email;
    }
    if (!invited.empty()) invited += ')';
    return {StatusCode::conflict,
            "the organization has " + std::to_string(seats.members) + " members and " + std::to_string(seats.pending) +
                " pending invitations" + invited + "; together they may be " + std::to_string(kMostMembers),
            "limit_reached"};
}

}  // namespace tollgate
