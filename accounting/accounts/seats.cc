#include "accounting/accounts/seats.h"

#include <string>

#include "accounting/accounts/change.h"
#include "accounting/accounts/invitation.h"

namespace tollgate {
namespace {

Status check_room(std::size_t used, std::size_t most, std::string_view of_what) {
    if (used < most) return {};
    return {StatusCode::conflict,
            "the organization has " + std::to_string(used) + " of " + std::to_string(most) + " " + std::string(of_what),
            "limit_reached"};
}

}  // namespace

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

Status check_room_for_project(const Change& change, const Id128& organization) {
    if (change.caller().is_operator()) return {};
    return check_room(change.directory().projects_of(organization).size(), kMostProjects, "projects");
}

Status check_room_for_key(const Change& change, const Id128& organization) {
    if (change.caller().is_operator()) return {};
    return check_room(change.directory().keys_of(organization).size(), kMostKeys, "keys");
}

}  // namespace tollgate
