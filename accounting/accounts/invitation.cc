#include "accounting/accounts/invitation.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/api_key.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/member.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/permission.h"
#include "accounting/accounts/seats.h"
#include "accounting/accounts/user.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::string_view kTokenPrefix = "tg-inv-";

template <class InvitationOf, class Fields>
void fields_of(InvitationOf& invitation, Fields& fields) {
    fields.id("organization", invitation.organization);
    fields.text("email", invitation.email, kMaxEmailBytes);
    fields.choice("role", invitation.role);
    fields.id("inviter", invitation.inviter);
    fields.digest("link", invitation.link);
    fields.digest("mail", invitation.mail);
    fields.number("created_ms", invitation.created_ms);
    fields.number("expires_ms", invitation.expires_ms);
    fields.number("accepted_ms", invitation.accepted_ms);
    fields.number("version", invitation.version);
}

std::string document_of(const Invitation& invitation) {
    DocumentWriter writer;
    fields_of(invitation, writer);
    return writer.take();
}

std::string document_key(const Id128& invitation) { return invitation_document_key(to_uuid(invitation)); }

void put_invitation(Change& change, Invitation invitation) {
    const std::string document = document_key(invitation.id);
    const Invitation* const before = change.directory().find_invitation(invitation.organization, invitation.id);
    ++invitation.version;
    change.put_document(invitation.organization, document, before != nullptr ? document_of(*before) : std::string(),
                        document_of(invitation));
    change.concerns(invitation.organization, document);
    change.edit().put(std::move(invitation));
}

void erase_invitation(Change& change, const Invitation& invitation) {
    const std::string document = document_key(invitation.id);
    change.put_document(invitation.organization, document, document_of(invitation), {});
    change.concerns(invitation.organization, document);
    change.edit().erase_invitation(invitation.organization, invitation.id);
}

// With new tokens and new days.
MadeInvitation put_renewed(Change& change, Invitation invitation) {
    MadeInvitation made{.id = invitation.id, .link_token = generate_secret(kTokenPrefix)};
    invitation.link = digest_key(made.link_token);
    invitation.mail = {};
    invitation.expires_ms = change.now_ms() + kInvitationMs;
    put_invitation(change, std::move(invitation));
    return made;
}

Status check_may_give(const Change& change, const Id128& organization, Role role) {
    if (role != Role::owner) return {};
    const auto permitted = permit(change.directory(), change.caller(), organization, Permission::make_owner);
    if (permitted.access == Access::granted) return {};
    if (permitted.access == Access::denied_by_scope) return denial_of(Permission::make_owner, permitted.access);
    return {StatusCode::denied, "only an owner may invite an owner", "owner_only"};
}

// Whose time is over, accepted or not, are of no use to anybody any more.
void erase_old(Change& change, const Id128& organization) {
    std::vector<Invitation> old;
    for (const Invitation* const one : change.directory().invitations_of(organization)) {
        if (one->expires_ms <= change.now_ms()) old.push_back(*one);
    }
    for (const Invitation& one : old) erase_invitation(change, one);
}

std::optional<Invitation> waiting_for(const Change& change, const Id128& organization, const std::string& email) {
    for (const Invitation* const one : change.directory().invitations_of(organization)) {
        if (one->email == email && state_of(*one, change.now_ms()) == InvitationState::pending) return *one;
    }
    return std::nullopt;
}

// One that was not accepted, if the caller may change it.
Result<Invitation> changeable_invitation(Change& change, const Id128& organization, const Id128& id) {
    const Invitation* const found = change.directory().find_invitation(organization, id);
    if (found == nullptr || found->accepted_ms != 0) {
        return failure(StatusCode::not_found, "there is no such invitation");
    }
    if (Status status = check_may_give(change, organization, found->role); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return *found;
}

std::unexpected<Status> invalid_token() {
    return failure(StatusCode::not_found, "there is no such invitation, or it was used or revoked",
                   "invitation_invalid");
}

// Who accepts, by a token that is good. By mail the address is his, whoever calls.
Result<Id128> person_of(Change& change, const Invitation& invitation, const KeyDigest& token, const User* signed_in,
                        const std::string& name, bool& made) {
    const bool mailed = token == invitation.mail;
    const User* const known =
        mailed && signed_in == nullptr ? change.directory().find_user_by_email(invitation.email) : signed_in;
    if (known == nullptr) {
        if (!mailed) return failure(StatusCode::denied, "the link needs a personal token beside it", "sign_in_needed");
        made = true;
        return create_user(change, {.email = invitation.email, .name = name, .verified_by = VerifiedBy::mail});
    }
    if (known->email != invitation.email) {
        return failure(StatusCode::denied, "the invitation is for another e-mail address", "email_mismatch");
    }
    if (known->verified()) return known->id;
    if (!mailed) return failure(StatusCode::denied, "your e-mail address is not verified", "email_not_verified");
    User verified = *known;
    verified.verified_by = VerifiedBy::mail;
    verified.email_verified_ms = verified.updated_ms = change.now_ms();
    put_user(change, verified);
    return verified.id;
}

}  // namespace

std::string_view to_string(InvitationState state) {
    switch (state) {
        case InvitationState::pending:
            return "pending";
        case InvitationState::accepted:
            return "accepted";
        case InvitationState::expired:
            break;
    }
    return "expired";
}

InvitationState state_of(const Invitation& invitation, std::int64_t now_ms) {
    if (invitation.accepted_ms != 0) return InvitationState::accepted;
    return invitation.expires_ms <= now_ms ? InvitationState::expired : InvitationState::pending;
}

Result<Invitation> read_invitation(DocumentReader& reader, std::string_view document, std::string_view text) {
    Invitation invitation;
    reader.open(document, text);
    const auto id = parse_uuid(reader.id_part(kInvitationDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    invitation.id = id.value_or(Id128{});
    fields_of(invitation, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return invitation;
}

Result<MadeInvitation> invite(Change& change, const Id128& organization, const NewInvitation& fields) {
    const auto found = open_organization(change, organization);
    if (!found) return std::unexpected(found.error());
    if ((*found)->kind == OrganizationKind::personal) {
        return failure(StatusCode::conflict, "a personal organization has no other members", "personal_organization");
    }
    auto email = normal_email("email", fields.email);
    if (!email) return std::unexpected(email.error());
    if (Status status = check_may_give(change, organization, fields.role); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const User* const person = change.directory().find_user_by_email(*email);
    if (person != nullptr && change.directory().find_membership(organization, person->id) != nullptr) {
        return failure(StatusCode::conflict, "the person is a member already", "already_member");
    }
    const auto earlier = waiting_for(change, organization, *email);
    Status may = earlier ? check_may_give(change, organization, earlier->role) : check_seats(change, organization, 1);
    if (!may.ok()) return std::unexpected(std::move(may));
    erase_old(change, organization);
    if (earlier) erase_invitation(change, *earlier);
    return put_renewed(change, {.id = make_uuid7(change.now_ms()),
                                .organization = organization,
                                .email = std::move(*email),
                                .role = fields.role,
                                .inviter = change.caller().user,
                                .created_ms = change.now_ms()});
}

Result<MadeInvitation> resend_invitation(Change& change, const Id128& organization, const Id128& id) {
    auto invitation = changeable_invitation(change, organization, id);
    if (!invitation) return std::unexpected(invitation.error());
    if (state_of(*invitation, change.now_ms()) == InvitationState::expired) {  // its seat may be taken
        if (waiting_for(change, organization, invitation->email)) {
            return failure(StatusCode::conflict, "another invitation waits for this address", "already_invited");
        }
        if (Status room = check_seats(change, organization, 1); !room.ok()) return std::unexpected(std::move(room));
    }
    return put_renewed(change, std::move(*invitation));
}

Result<std::string> make_mail_token(Change& change, const Id128& organization, const Id128& id) {
    const Invitation* const found = change.directory().find_invitation(organization, id);
    if (found == nullptr || state_of(*found, change.now_ms()) != InvitationState::pending) {
        return failure(StatusCode::not_found, "the invitation is not open any more");
    }
    Invitation invitation = *found;
    std::string token = generate_secret(kTokenPrefix);
    invitation.mail = digest_key(token);
    change.put_unaudited(document_key(id), document_of(invitation));
    change.edit().put(std::move(invitation));
    return token;
}

Status revoke_invitation(Change& change, const Id128& organization, const Id128& id) {
    const auto invitation = changeable_invitation(change, organization, id);
    if (!invitation) return invitation.error();
    erase_invitation(change, *invitation);
    return {};
}

void revoke_overreaching_invitations(Change& change, const Id128& organization, const Id128& inviter) {
    const Caller person{.kind = CallerKind::personal_token, .user = inviter};
    const Role role = standing_of(change.directory(), person, organization).role;
    const auto may = [role](Permission permission) { return right_of(row_of(permission), role) == Right::yes; };
    std::vector<Invitation> revoked;
    for (const Invitation* const one : change.directory().invitations_of(organization)) {
        const Permission needed = one->role == Role::owner ? Permission::make_owner : Permission::manage_members;
        if (one->inviter == inviter && one->accepted_ms == 0 && !may(needed)) revoked.push_back(*one);
    }
    for (const Invitation& one : revoked) erase_invitation(change, one);
}

void erase_invitations(Change& change, const Id128& organization) {
    std::vector<Invitation> all;
    for (const Invitation* const one : change.directory().invitations_of(organization)) all.push_back(*one);
    for (const Invitation& one : all) erase_invitation(change, one);
}

Result<Accepted> accept_invitation(Change& change, const KeyDigest& token, const User* signed_in,
                                   const std::string& name) {
    const Invitation* const found = change.directory().find_invitation(token);
    if (found == nullptr) return invalid_token();
    const Invitation invitation = *found;
    const Id128 organization = invitation.organization;
    const auto open = open_organization(change, organization);
    if (!open) return invalid_token();
    if ((*open)->policy.suspended()) {
        return failure(StatusCode::conflict, "the organization is suspended: nobody joins it now",
                       "organization_suspended");
    }
    switch (state_of(invitation, change.now_ms())) {
        case InvitationState::accepted: {
            const bool member =
                signed_in != nullptr && change.directory().find_membership(organization, signed_in->id) != nullptr;
            if (!member) return invalid_token();
            return failure(StatusCode::conflict, "you are a member already", "already_member");
        }
        case InvitationState::expired:
            return failure(StatusCode::conflict, "the invitation has expired; ask for another", "invitation_expired");
        case InvitationState::pending:
            break;
    }
    bool made = false;
    const auto person = person_of(change, invitation, token, signed_in, name, made);
    if (!person) return std::unexpected(person.error());
    Status joined =
        add_member(change, organization, *person, invitation.role, Seat::of_invitation, JoinedBy::invitation);
    if (!joined.ok()) return std::unexpected(std::move(joined));
    return Accepted{.organization = organization, .user = *person, .role = invitation.role, .user_made = made};
}

bool close_invitation(Change& change, const Id128& organization, const User& person) {
    auto invitation = waiting_for(change, organization, person.email);
    if (!invitation) return false;
    invitation->accepted_ms = change.now_ms();
    put_invitation(change, std::move(*invitation));
    return true;
}

}  // namespace tollgate
