// Memberships: who belongs to an organization, as what, and what he may spend there. Every rule about them is here or
// in seats.h, whichever way a person comes in or goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/accounts/key.h"
#include "accounting/accounts/llm_settings.h"
#include "accounting/accounts/role.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
class Directory;

enum class MemberStatus : std::uint8_t { active, suspended };  // suspended: keeps the seat, may nothing
std::string_view to_string(MemberStatus status);
bool parse(std::string_view text, MemberStatus& status);

enum class JoinedBy : std::uint8_t { creation, invitation, the_operator, identity_provider };
std::string_view to_string(JoinedBy by);
bool parse(std::string_view text, JoinedBy& by);

struct Membership {
    Id128 organization, user;
    Role role = Role::member;
    MemberStatus status = MemberStatus::active;
    JoinedBy joined_by = JoinedBy::creation;
    std::int64_t joined_ms = 0;
    std::int64_t version = 0;  // one more with each change; 1 is the first
    Limits limits = {};
    SharedLlmSettings llm = {};  // his own, for what his keys ask
};

// From the document's key and text.
Result<Membership> read_membership(DocumentReader& reader, std::string_view document, std::string_view text);

// How a person comes to his seat.
enum class Seat : std::uint8_t {
    of_creation,    // he makes the organization
    of_invitation,  // the one that his invitation held
    taken,          // there must be one left
    over_limit,     // the operator says so
};
// Makes the person a member; what invited him is closed. conflict already_member, limit_reached, personal_organization;
// not_found where there is no such person.
Status add_member(Change& change, const Id128& organization, const Id128& user, Role role, Seat seat, JoinedBy by);

struct MemberChange {
    std::optional<Role> role = {};
    std::optional<MemberStatus> status = {};  // of a suspended member the keys that he made are disabled meanwhile
};
// Changes nothing where it is so already. denied owner_only: the caller may not touch an owner, or make one; conflict
// last_owner.
Status update_member(Change& change, const Id128& organization, const Id128& user, const MemberChange& fields);

// He leaves, or is removed. Returns how many keys were disabled: those that he made here, and no more than were
// enabled. The same refusals; and conflict personal_organization for his own.
Result<std::size_t> remove_member(Change& change, const Id128& organization, const Id128& user);
// The same without any: the person himself is being deleted. The membership must be there.
std::size_t end_membership(Change& change, const Id128& organization, const Id128& user);

// Replaces his limits; not_found for somebody who is no member, denied owner_only as above.
Status set_member_limits(Change& change, const Id128& organization, const Id128& user, const Limits& limits);

// Empty settings clear them. Changes nothing, version included, where they are so already. denied overrides_forbidden:
// the organization lets its members have none; owner_only as above.
Status set_member_llm(Change& change, const Id128& organization, const Id128& user, LlmSettings settings);

// The operator has suspended the person, or lets him act again: his keys follow, in every organization, and what he may
// not invite to any more is revoked.
void follow_status(Change& change, const Id128& user);

// Whether the member may act: neither the organization has suspended him nor the operator the person.
bool may_act(const Directory& directory, const Membership& member);

// Whether without this one the organization would have no owner who may act.
bool is_last_owner(const Directory& directory, const Id128& organization, const Id128& user);

}  // namespace tollgate
