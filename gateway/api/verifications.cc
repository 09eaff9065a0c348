#include "gateway/api/verifications.h"

#include <algorithm>

#include "accounting/accounts/mailable.h"
#include "accounting/accounts/outbox.h"
#include "accounting/accounts/person_link.h"
#include "gateway/api/invitations.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr int kAccepted = 202;

ApiAnswer no_mail() {
    return api_error(Status(StatusCode::conflict, "this gateway sends no mail: ask its operator", "no_mail"));
}

Status check_mailable(const std::string& email) {
    if (can_be_mailed(email)) return {};
    return {StatusCode::conflict, "mail can be sent to addresses of ASCII characters only: ask the operator",
            "address_not_mailable"};
}

const User* signed_in(const Call& call, const Directory& directory) {
    const Caller& caller = call.request.caller;
    return caller.is_person() ? directory.find_user(caller.user) : nullptr;
}

ApiAnswer sent_to(const std::string& email) {
    JsonWriter json;
    json.object().key("sent_to").text(email).end();
    return json_answer(json, kAccepted);
}

// Whether the configuration lets this address register.
Status may_register(const AccountsConfig& accounts, const std::string& email) {
    switch (accounts.registration) {
        case Registration::open:
            return {};
        case Registration::domains:
            if (std::ranges::count(accounts.registration_domains, email.substr(email.find('@') + 1)) > 0) return {};
            return {StatusCode::denied, "people with an address of this domain cannot register here",
                    "domain_not_allowed"};
        case Registration::closed:
            break;
    }
    return {StatusCode::denied, "nobody registers here: ask the operator, or an organization for an invitation",
            "registration_closed"};
}

// Whoever registers names the address. Rates of callers do not bound what many of them mail.
bool may_mail_strangers(Call& call) {
    const std::uint32_t most = call.services.config.mail.registrations_per_hour;
    return call.services.registration_mails.take(call.request.now_ms, most);
}

}  // namespace

ApiAnswer request_verification(Call& call, Change& change) {
    const User* const user = signed_in(call, change.directory());
    if (user == nullptr) return api_error(ErrorKind::not_found, "there is no such person");
    if (user->verified()) {
        return api_error(Status(StatusCode::conflict, "the address is verified already", "already_verified"));
    }
    if (!call.services.config.mail.is_on()) return no_mail();
    if (const Status status = check_mailable(user->email); !status.ok()) return api_error(status);
    const Status queued = queue_mail(change, {.kind = MailKind::verification, .to = user->email, .subject = user->id});
    if (queued.code() == StatusCode::full) return api_error(ErrorKind::requests_rate_limited, queued.message());
    return queued.ok() ? sent_to(user->email) : api_error(queued);
}

ApiAnswer request_registration(Call& call, Change& change) {
    const std::string typed = call.body.required_text("email"), name = call.body.required_text("name");
    if (call.error()) return call.refusal();
    const auto email = normal_email("email", typed);
    if (!email) return api_error(email.error());
    if (const Status status = check_name("name", name); !status.ok()) return api_error(status);
    const Status may = may_register(call.services.config.accounts, *email);
    if (!may.ok()) return api_error(may);
    if (const Status status = check_mailable(*email); !status.ok()) return api_error(status);
    // An address that got enough mail gets no more of it, and nobody learns that.
    const Status queued = queue_mail(change, {.kind = MailKind::registration, .to = *email, .name = name});
    if (queued.ok() && !call.request.caller.is_operator() && !may_mail_strangers(call)) {
        return api_error(ErrorKind::requests_rate_limited,
                         "this gateway has sent as many mails as people without an account may ask for in an hour");
    }
    return queued.ok() || queued.code() == StatusCode::full ? sent_to(*email) : api_error(queued);
}

ApiAnswer look_up_verification(Call& call) {
    const std::string token = call.body.required_text("token");
    if (call.error()) return call.refusal();
    const auto link = find_email_link(*call.services.store, digest_key(token), call.request.now_ms);
    if (!link) return api_error(link.error());
    const User* const user = signed_in(call, *call.directory);
    JsonWriter json;
    json.object().key("kind").text(to_string(link->kind)).key("email_masked").text(masked_email(link->email));
    json.key("expires_at").time(link->expires_ms);
    json.key("signed_in_as").text_or_null(user == nullptr ? std::string_view() : user->email);
    json.key("signed_in_matches").flag(user != nullptr && user->email == link->email).end();
    return json_answer(json);
}

ApiAnswer confirm_verification(Call& call, Change& change) {
    const std::string token = call.body.required_text("token"), token_name = call.body.text("token_name");
    if (call.error()) return call.refusal();
    const auto used = use_email_link(change, digest_key(token), signed_in(call, change.directory()));
    if (!used) return api_error(used.error());
    std::optional<NewKey> made;
    std::string password_token;
    if (used->user_made && call.body.has("make_token") && !call.body.flag("make_token")) {
        password_token = make_person_link(change, used->user, PersonLinkKind::password);
    } else if (used->user_made) {
        const auto key = create_token(change, used->user, {.name = token_name.empty() ? "first token" : token_name});
        if (!key) return api_error(key.error());
        made = *key;
    }
    change.concerns({}, user_document_key(to_uuid(used->user)));
    JsonWriter json;
    json.object().key("user");
    write_user(*change.directory().find_user(used->user), json);
    if (made) json.key("personal_token").text(made->plaintext);
    if (!password_token.empty()) json.key("password_token").text(password_token);
    ApiAnswer answer = json_answer(json.end());
    if (used->user_made) answer.secret_of = user_document_key(to_uuid(used->user));
    return answer;
}

}  // namespace tollgate
