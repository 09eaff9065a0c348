// Invitations: a seat that waits for whoever has an e-mail address. Each has two tokens. The link is the inviter's to
// pass on and proves nothing about the address, so accepting by it needs an address that was verified before. The other
// goes to the address by mail only, so having it proves the address.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/accounts/role.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
struct User;

inline constexpr std::int64_t kInvitationMs = 7LL * 24 * 3600 * 1000;

struct Invitation {
    Id128 id = {}, organization = {};
    std::string email = {};  // normal_email()
    Role role = Role::member;
    Id128 inviter = {};              // nil: the operator or a key without a creator
    KeyDigest link = {}, mail = {};  // of the two tokens; zeros: none was mailed
    std::int64_t created_ms = 0, expires_ms = 0;
    std::int64_t accepted_ms = 0;  // 0: it is not
    std::int64_t version = 0;      // one more with each change; 1 is the first
};

// A revoked or replaced one is deleted; accepted and expired ones are kept until somebody is invited after their time.
enum class InvitationState : std::uint8_t { pending, accepted, expired };
std::string_view to_string(InvitationState state);
InvitationState state_of(const Invitation& invitation, std::int64_t now_ms);

// From the document's key and text.
Result<Invitation> read_invitation(DocumentReader& reader, std::string_view document, std::string_view text);

struct NewInvitation {
    std::string email = {};
    Role role = Role::member;
};
struct MadeInvitation {
    Id128 id;
    std::string link_token;  // stored nowhere
};
// Replaces one that waits for the same address. conflict already_member, limit_reached, personal_organization; denied
// owner_only.
Result<MadeInvitation> invite(Change& change, const Id128& organization, const NewInvitation& fields);
// New tokens and new days for it; the old ones end.
Result<MadeInvitation> resend_invitation(Change& change, const Id128& organization, const Id128& invitation);
// A new token for the mail that is about to be sent; the one that was mailed before ends. No version is counted, and no
// audit entry made: the invitation stays as it is. not_found: nothing waits there any more.
Result<std::string> make_mail_token(Change& change, const Id128& organization, const Id128& invitation);
Status revoke_invitation(Change& change, const Id128& organization, const Id128& invitation);

struct Accepted {
    Id128 organization, user;
    Role role;
    bool user_made;
};
// `signed_in` is who calls; null: nobody. By mail the person is made if there is none of the address, with that name.
//   not_found invitation_invalid    unknown, revoked, replaced or used
//   conflict  invitation_expired, already_member, organization_suspended
//   denied    sign_in_needed, email_mismatch, email_not_verified
Result<Accepted> accept_invitation(Change& change, const KeyDigest& token, const User* signed_in,
                                   const std::string& name);

// What the person invited to and, as he stands now, may invite to no longer: revoked unless somebody has accepted it.
void revoke_overreaching_invitations(Change& change, const Id128& organization, const Id128& inviter);

// Of an organization that is being closed, whatever their state.
void erase_invitations(Change& change, const Id128& organization);

// The person has become a member: what waited for his address is used up. Whether it held a seat for him.
bool close_invitation(Change& change, const Id128& organization, const User& person);

}  // namespace tollgate
