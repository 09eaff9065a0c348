#include "gateway/api/invitations.h"

#include <set>

#include "accounting/accounts/mailable.h"
#include "accounting/accounts/outbox.h"
#include "accounting/accounts/page_link.h"
#include "accounting/accounts/person_link.h"
#include "gateway/api/step_up.h"
#include "gateway/text/json_members.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

ApiAnswer no_such_invitation() {
    return api_error(ErrorKind::not_found, "there is no such invitation in this organization");
}

// The one that the path names, unless it was accepted. It lives as long as the directory.
const Invitation* find_invitation(const Call& call, const Directory& directory) {
    const auto id = parse_uuid(call.path("invitation"));
    const Invitation* const found = id ? directory.find_invitation(call.organization().id, *id) : nullptr;
    return found != nullptr && found->accepted_ms == 0 ? found : nullptr;
}

void write_invitation(const Invitation& invitation, std::int64_t now_ms, JsonWriter& json) {
    json.object().key("id").text(to_uuid(invitation.id));
    json.key("organization_id").text(to_uuid(invitation.organization)).key("email").text(invitation.email);
    json.key("role").text(to_string(invitation.role)).key("state").text(to_string(state_of(invitation, now_ms)));
    json.key("inviter_user_id");
    invitation.inviter.is_nil() ? json.null() : json.text(to_uuid(invitation.inviter));
    json.key("created_at").time(invitation.created_ms).key("expires_at").time(invitation.expires_ms);
    json.key("version").number(invitation.version).end();
}

void write_made(const Call& call, const Change& change, const MadeInvitation& made, bool mailed, JsonWriter& json) {
    const Invitation& invitation = *change.directory().find_invitation(call.organization().id, made.id);
    json.object().key("invitation");
    write_invitation(invitation, call.request.now_ms, json);
    json.key("link").text(page_link(call.services.config.accounts.public_url, kInvitationRoute, made.link_token));
    json.key("mailed").flag(mailed).end();
}

// Those that are open.
ApiAnswer page_of_invitations(Call& call, std::vector<const Invitation*> invitations) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    std::erase_if(invitations, [&](const Invitation* one) {
        return state_of(*one, call.request.now_ms) != InvitationState::pending;
    });
    const auto part = page_of(
        page, std::move(invitations), [](const Invitation* one) { return std::tuple(one->created_ms, one->id); },
        [](const Invitation* one) { return place_of(one->created_ms, to_uuid(one->id)); });
    JsonWriter json;
    write_page(part, [&](const Invitation* one) { write_invitation(*one, call.request.now_ms, json); }, json);
    return json_answer(json);
}

std::vector<std::string> read_addresses(BodyFields& body) {
    const bool both = body.has_value("email") == body.has_value("emails");  // or none
    if (both) body.fail("email", "or 'emails' is required, and not both");
    if (const auto several = body.texts("emails", kMostInvitedAtOnce)) return *several;
    return {body.required_text("email")};
}

struct FailedInvitation {
    std::string email;
    Status status;
};

std::string_view word_for(const Status& status) {
    return status.reason().empty() ? code_of(api_error(status).error.kind()) : status.reason();
}

// Whether a mail with a link of its own goes to the address, too. What is too much mail for it is not sent, nor what
// cannot be: the inviter has the link.
bool mail(Call& call, Change& change, const MadeInvitation& made) {
    if (!call.services.config.mail.is_on()) return false;
    const Id128& organization = call.organization().id;
    const std::string email = change.directory().find_invitation(organization, made.id)->email;
    if (!can_be_mailed(email)) return false;
    return queue_mail(change,
                      {.kind = MailKind::invitation, .to = email, .subject = made.id, .organization = organization})
        .ok();
}

}  // namespace

std::string masked_email(std::string_view email) {
    return std::string(cut_utf8(email, 1)) + "…" + std::string(email.substr(email.find('@')));
}

ApiAnswer list_invitations(Call& call) {
    return page_of_invitations(call, call.directory->invitations_of(call.organization().id));
}

ApiAnswer list_my_invitations(Call& call) {
    const User* const user = call.directory->find_user(call.request.caller.user);
    const bool verified = user != nullptr && user->verified();
    return page_of_invitations(
        call, verified ? call.directory->invitations_to(user->email) : std::vector<const Invitation*>());
}

// Each address by itself; an error of all of them is the call's.
ApiAnswer create_invitations(Call& call, Change& change) {
    const std::vector<std::string> addresses = read_addresses(call.body);
    const Role role = read_role(call.body);
    if (call.error()) return call.refusal();
    if (role == Role::owner) {
        if (Error old = check_young_proof(call)) return api_error(std::move(old));
    }
    std::vector<MadeInvitation> made;
    std::vector<FailedInvitation> failed;
    std::set<std::string> seen;
    for (const std::string& email : addresses) {
        const auto normal = normal_email("email", email);
        if (normal && !seen.insert(*normal).second) {
            failed.push_back({email, Status(StatusCode::invalid, "email: it stands twice in the list")});
            continue;
        }
        auto one = invite(change, call.organization().id, {.email = email, .role = role});
        if (one) {
            made.push_back(std::move(*one));
        } else {
            failed.push_back({email, one.error()});
        }
    }
    if (made.empty()) return api_error(failed.front().status);
    JsonWriter json;
    json.object().key("data").array();
    for (const MadeInvitation& one : made) write_made(call, change, one, mail(call, change, one), json);
    json.end().key("failed").array();
    for (const FailedInvitation& one : failed) {
        json.object().key("email").text(one.email).key("code").text(word_for(one.status));
        json.key("message").text(one.status.message()).end();
    }
    json.end().end();
    ApiAnswer answer = json_answer(json, 201);
    answer.secret_of = "invitation/" + to_uuid(made.front().id);
    return answer;
}

ApiAnswer show_invitation(Call& call) {
    const Invitation* const invitation = find_invitation(call, *call.directory);
    if (invitation == nullptr) return no_such_invitation();
    JsonWriter json;
    write_invitation(*invitation, call.request.now_ms, json);
    return versioned_answer(json, invitation->version);
}

ApiAnswer revoke_invitation(Call& call, Change& change) {
    const Invitation* const invitation = find_invitation(call, change.directory());
    if (invitation == nullptr) return no_such_invitation();
    const Status status = revoke_invitation(change, call.organization().id, Id128(invitation->id));
    if (!status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("revoked").flag(true).end();
    return json_answer(json);
}

ApiAnswer resend_invitation(Call& call, Change& change) {
    const Invitation* const invitation = find_invitation(call, change.directory());
    if (invitation == nullptr) return no_such_invitation();
    const auto made = resend_invitation(change, call.organization().id, Id128(invitation->id));
    if (!made) return api_error(made.error());
    JsonWriter json;
    write_made(call, change, *made, mail(call, change, *made), json);
    ApiAnswer answer = json_answer(json);
    answer.secret_of = "invitation/" + to_uuid(made->id);
    return answer;
}

ApiAnswer look_up_invitation(Call& call) {
    const std::string token = call.body.required_text("token");
    if (call.error()) return call.refusal();
    const KeyDigest digest = digest_key(token);
    const Invitation* const invitation = call.directory->find_invitation(digest);
    if (invitation == nullptr) {
        return api_error(Status(StatusCode::not_found, "there is no such invitation", "invitation_invalid"));
    }
    const Organization& organization = *call.directory->find_organization(invitation->organization);
    const Caller& caller = call.request.caller;
    const User* const user = caller.is_person() ? call.directory->find_user(caller.user) : nullptr;
    JsonWriter json;
    json.object().key("organization").object().key("name").text(organization.name);
    json.key("slug").text(organization.slug).end().key("role").text(to_string(invitation->role));
    json.key("email_masked").text(masked_email(invitation->email));
    json.key("state").text(to_string(state_of(*invitation, call.request.now_ms)));
    json.key("expires_at").time(invitation->expires_ms);
    json.key("signed_in_as").text_or_null(user == nullptr ? std::string_view() : user->email);
    json.key("signed_in_matches").flag(user != nullptr && user->email == invitation->email);
    // Only who got the mail is told whether the address has an account: it is his.
    const bool mailed = digest == invitation->mail;
    json.key("makes_account").flag(mailed && call.directory->find_user_by_email(invitation->email) == nullptr).end();
    return json_answer(json);
}

// A person accepts by his own token. Who has none yet can only come by the mailed link, which proves his address.
ApiAnswer accept_invitation(Call& call, Change& change) {
    const std::string token = call.body.required_text("token"), name = call.body.text("name");
    const std::string token_name = call.body.text("token_name");
    if (call.error()) return call.refusal();
    const Caller& caller = call.request.caller;
    const User* const user = caller.is_person() ? change.directory().find_user(caller.user) : nullptr;
    const auto accepted = accept_invitation(change, digest_key(token), user, name);
    if (!accepted) return api_error(accepted.error());
    std::optional<NewKey> made;
    std::string password_token;
    if (accepted->user_made && call.body.has("make_token") && !call.body.flag("make_token")) {
        password_token = make_person_link(change, accepted->user, PersonLinkKind::password);
    } else if (accepted->user_made) {
        const auto key =
            create_token(change, accepted->user, {.name = token_name.empty() ? "first token" : token_name});
        if (!key) return api_error(key.error());
        made = *key;
    }
    const Directory& directory = change.directory();
    JsonWriter json;
    json.object().key("organization");
    write_organization(directory, *directory.find_organization(accepted->organization), json);
    json.key("role").text(to_string(accepted->role));
    if (accepted->user_made) {
        json.key("user");
        write_user(*directory.find_user(accepted->user), json);
        made ? json.key("personal_token").text(made->plaintext) : json.key("password_token").text(password_token);
    }
    ApiAnswer answer = json_answer(json.end());
    if (accepted->user_made) answer.secret_of = user_document_key(to_uuid(accepted->user));
    return answer;
}

}  // namespace tollgate
