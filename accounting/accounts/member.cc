#include "accounting/accounts/member.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/invitation.h"
#include "accounting/accounts/key_maker.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/permission.h"
#include "accounting/accounts/seats.h"
#include "accounting/accounts/user.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 2> kStatuses = {"active", "suspended"};
constexpr std::array<std::string_view, 4> kDoors = {"creation", "invitation", "operator", "identity_provider"};

template <class MembershipOf, class Fields>
void fields_of(MembershipOf& member, Fields& fields) {
    fields.choice("role", member.role);
    fields.choice("status", member.status);
    fields.choice("joined_by", member.joined_by);
    fields.number("joined_ms", member.joined_ms);
    fields.number("version", member.version);
    limit_fields_of(member.limits, fields);
    llm_fields_of(member.llm, fields);
}

std::string document_of(const Membership& member) {
    DocumentWriter writer;
    fields_of(member, writer);
    return writer.take();
}

std::string document_key(const Id128& organization, const Id128& user) {
    return member_document_key(to_uuid(organization), to_uuid(user));
}

Status no_member() { return {StatusCode::not_found, "the organization has no such member"}; }

void enforce_limits(Change& change, const Id128& organization, const Id128& user, const Limits& limits) {
    OrganizationCredit* const credit = change.directory().find_organization(organization)->credit;
    change.after_publish([credit, &credits = change.accounts().credits(), organization, user, limits] {
        credit->set_limits(credits.member(organization, user), limits);
    });
}

// Stores the membership with its next version; its limits are in force after the commit.
void put_membership(Change& change, Membership member) {
    const std::string document = document_key(member.organization, member.user);
    const Membership* const before = change.directory().find_membership(member.organization, member.user);
    ++member.version;
    change.put_document(member.organization, document, before != nullptr ? document_of(*before) : std::string(),
                        document_of(member));
    change.concerns(member.organization, document);
    enforce_limits(change, member.organization, member.user, member.limits);
    change.edit().put(member);
}

Status check_may_touch(const Change& change, const Id128& organization, Role target) {
    const Standing actor = standing_of(change.directory(), change.caller(), organization);
    if (may_touch(actor, change.caller(), target)) return {};
    return {StatusCode::denied, "only an owner may change another owner", "owner_only"};
}

Status check_last_owner(const Change& change, const Id128& organization, const Id128& leaving) {
    if (!is_last_owner(change.directory(), organization, leaving)) return {};
    return {StatusCode::conflict, "the organization must keep an active owner, and this is the last one", "last_owner"};
}

// The member to be changed, if the caller may.
Result<Membership> changeable_member(Change& change, const Id128& organization, const Id128& user) {
    const Membership* const current = change.directory().find_membership(organization, user);
    if (current == nullptr) return std::unexpected(no_member());
    if (Status status = change.require_version(current->version); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    if (Status status = check_may_touch(change, organization, current->role); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return *current;
}

Status check_role(const Change& change, const Id128& organization, const Membership& before, Role to) {
    const bool made_owner = to == Role::owner && before.role != Role::owner;
    const auto permitted = permit(change.directory(), change.caller(), organization, Permission::make_owner);
    if (made_owner && permitted.access == Access::denied_by_scope) {
        return denial_of(Permission::make_owner, permitted.access);
    }
    if (made_owner && permitted.access != Access::granted) {
        return {StatusCode::denied, "only an owner may make another owner", "owner_only"};
    }
    return to == Role::owner ? Status() : check_last_owner(change, organization, before.user);
}

// What the person made in the organization follows what he is there now: his keys that are in this state, and his
// invitations. Returns how many keys changed.
std::size_t follow_member(Change& change, const Id128& organization, const Id128& user, Disabled from) {
    std::vector<KeyRecord> changed;
    for (const KeyRecord* const key : change.directory().keys_of(organization)) {
        if (key->creator != user || key->disabled != from) continue;
        const Disabled now = disabled_by_circumstance(change.directory(), *key);
        if (now == from) continue;
        changed.push_back(*key);
        changed.back().disabled = now;
    }
    for (KeyRecord& key : changed) {
        key.updated_ms = change.now_ms();
        put_key(change, std::move(key));
    }
    revoke_overreaching_invitations(change, organization, user);
    return changed.size();
}

}  // namespace

std::string_view to_string(MemberStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }

bool parse(std::string_view text, MemberStatus& status) { return parse_name(kStatuses, text, status); }

std::string_view to_string(JoinedBy by) { return kDoors.at(static_cast<std::size_t>(by)); }

bool parse(std::string_view text, JoinedBy& by) { return parse_name(kDoors, text, by); }

Result<Membership> read_membership(DocumentReader& reader, std::string_view document, std::string_view text) {
    Membership member;
    reader.open(document, text);
    const std::string_view ids = reader.id_part(kMemberDocumentPrefix);
    const auto slash = std::min(ids.find('/'), ids.size());
    const auto organization = parse_uuid(ids.substr(0, slash));
    const auto user = parse_uuid(ids.substr(std::min(slash + 1, ids.size())));
    if (!organization || !user) reader.fail("the ids in its key are malformed");
    member.organization = organization.value_or(Id128{});
    member.user = user.value_or(Id128{});
    fields_of(member, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return member;
}

bool may_act(const Directory& directory, const Membership& member) {
    return member.status == MemberStatus::active && directory.find_user(member.user)->status == UserStatus::active;
}

bool is_last_owner(const Directory& directory, const Id128& organization, const Id128& user) {
    const Membership* const leaving = directory.find_membership(organization, user);
    const bool is_owner = leaving != nullptr && leaving->role == Role::owner && leaving->status == MemberStatus::active;
    return is_owner && std::ranges::none_of(directory.members_of(organization), [&](const Membership* other) {
               return other->user != user && other->role == Role::owner && may_act(directory, *other);
           });
}

Status add_member(Change& change, const Id128& organization, const Id128& user, Role role, Seat seat, JoinedBy by) {
    const auto found = open_organization(change, organization);
    if (!found) return found.error();
    const User* const person = change.directory().find_user(user);
    if (person == nullptr) return {StatusCode::not_found, "there is no such person"};
    if (change.directory().find_membership(organization, user) != nullptr) {
        return {StatusCode::conflict, "the person is a member already", "already_member"};
    }
    if (seat != Seat::of_creation && (*found)->kind == OrganizationKind::personal) {
        return {StatusCode::conflict, "a personal organization has no other members", "personal_organization"};
    }
    const bool holds_seat = close_invitation(change, organization, *person);
    if (seat == Seat::taken && !holds_seat) {
        if (Status room = check_seats(change, organization, 1); !room.ok()) return room;
    }
    put_membership(
        change,
        {.organization = organization, .user = user, .role = role, .joined_by = by, .joined_ms = change.now_ms()});
    return {};
}

Status update_member(Change& change, const Id128& organization, const Id128& user, const MemberChange& fields) {
    const auto current = changeable_member(change, organization, user);
    if (!current) return current.error();
    Membership member = *current;
    member.role = fields.role.value_or(member.role);
    member.status = fields.status.value_or(member.status);
    if (member.role == current->role && member.status == current->status) return {};
    if (Status status = check_role(change, organization, *current, member.role); !status.ok()) return status;
    const bool suspended = member.status == MemberStatus::suspended;
    if (suspended) {
        if (Status status = check_last_owner(change, organization, user); !status.ok()) return status;
    }
    put_membership(change, member);
    follow_member(change, organization, user, suspended ? Disabled::no : Disabled::member_suspended);
    change.concerns(organization, document_key(organization, user));
    return {};
}

void follow_status(Change& change, const Id128& user) {
    const bool suspended = change.directory().find_user(user)->status == UserStatus::suspended;
    for (const Id128& organization : change.directory().organizations_of(user)) {
        follow_member(change, organization, user, suspended ? Disabled::no : Disabled::member_suspended);
    }
}

Result<std::size_t> remove_member(Change& change, const Id128& organization, const Id128& user) {
    const auto current = changeable_member(change, organization, user);
    if (!current) return std::unexpected(current.error());
    if (change.directory().find_organization(organization)->kind == OrganizationKind::personal) {
        return failure(StatusCode::conflict, "a personal organization goes with its person only",
                       "personal_organization");
    }
    if (Status status = check_last_owner(change, organization, user); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return end_membership(change, organization, user);
}

std::size_t end_membership(Change& change, const Id128& organization, const Id128& user) {
    const Membership member = *change.directory().find_membership(organization, user);
    const User* const person = change.directory().find_user(user);
    if (person->current_organization == organization) {
        User moved = *person;
        moved.current_organization = moved.personal_organization;
        put_user(change, std::move(moved));
    }
    const std::string document = document_key(organization, user);
    change.put_document(member.organization, document, document_of(member), {});
    enforce_limits(change, organization, user, {});
    change.edit().erase_membership(organization, user);
    const std::size_t disabled = follow_member(change, organization, user, Disabled::no);
    follow_member(change, organization, user, Disabled::member_suspended);
    change.concerns(organization, document);
    return disabled;
}

Status set_member_limits(Change& change, const Id128& organization, const Id128& user, const Limits& limits) {
    auto member = changeable_member(change, organization, user);
    if (!member) return member.error();
    member->limits = limits;
    DocumentCheck check;
    fields_of(*member, check);
    if (!check.status().ok()) return check.status();
    put_membership(change, *member);
    return {};
}

Status set_member_llm(Change& change, const Id128& organization, const Id128& user, LlmSettings settings) {
    auto member = changeable_member(change, organization, user);
    if (!member) return member.error();
    if (!settings.empty() && !change.directory().find_organization(organization)->policy.allow_overrides) {
        return {StatusCode::denied, "the organization does not let its members override its LLM default",
                "overrides_forbidden"};
    }
    const std::string before = document_of(*member);
    member->llm = share(std::move(settings));
    if (document_of(*member) == before) return {};
    DocumentCheck check;
    fields_of(*member, check);
    if (!check.status().ok()) return check.status();
    put_membership(change, *member);
    return {};
}

}  // namespace tollgate
