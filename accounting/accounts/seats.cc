#include "accounting/accounts/seats.h"

#include <string>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/invitation.h"
#include "accounting/accounts/organization.h"

namespace tollgate {
namespace {

Result<PlanLimits> limits_of(Change& change, const Id128& organization) {
    const Organization* const found = change.directory().find_organization(organization);
    if (found == nullptr) return failure(StatusCode::not_found, "organization not found");
    return plan_limits(change.accounts().plans(), *found);
}

bool is_room(std::size_t used, const std::optional<std::int64_t>& most) {
    return !most || static_cast<std::int64_t>(used) <= *most;
}

Status check_room(std::size_t used, const std::optional<std::int64_t>& most, std::string_view of_what) {
    if (is_room(used + 1, most)) return {};
    return {
        StatusCode::conflict,
        "the organization has " + std::to_string(used) + " of " + std::to_string(*most) + " " + std::string(of_what),
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

Status check_seats(Change& change, const Id128& organization, std::size_t more) {
    const auto limits = limits_of(change, organization);
    if (!limits) return limits.error();
    const Seats seats = seats_of(change.directory(), organization, change.now_ms());
    if (is_room(seats.taken() + more, limits->members)) return {};
    std::string invited;
    for (const Invitation* const one : change.directory().invitations_of(organization)) {
        if (state_of(*one, change.now_ms()) != InvitationState::pending) continue;
        invited += invited.empty() ? " (" : ", ";
        invited += one->email;
    }
    if (!invited.empty()) invited += ')';
    return {StatusCode::conflict,
            "the organization has " + std::to_string(seats.members) + " members and " + std::to_string(seats.pending) +
                " pending invitations" + invited + "; together they may be " + std::to_string(*limits->members),
            "limit_reached"};
}

Status check_room_for_project(Change& change, const Id128& organization) {
    if (change.caller().is_operator()) return {};
    const auto limits = limits_of(change, organization);
    if (!limits) return limits.error();
    return check_room(change.directory().projects_of(organization).size(), limits->projects, "projects");
}

Status check_room_for_key(Change& change, const Id128& organization) {
    if (change.caller().is_operator()) return {};
    const auto limits = limits_of(change, organization);
    if (!limits) return limits.error();
    return check_room(change.directory().keys_of(organization).size(), limits->keys, "keys");
}

}  // namespace tollgate
