#include "gateway/api/sign_in_proofs.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "accounting/accounts/password.h"
#include "accounting/accounts/person_link.h"
#include "accounting/secrets/password_hash.h"
#include "gateway/api/call.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kSecondMs = 1000;
constexpr std::string_view kCookieAttributes = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=";
constexpr std::string_view kNotKept = "cache-control: no-store\r\n";

Error wrong_credentials() { return {ErrorKind::invalid_credentials, "the address or the password is wrong"}; }

// The password, which nothing keeps.
class PresentedPassword {
  public:
    PresentedPassword(BodyFields& body, std::string_view field) : text_(body.required_text(field)) {}
    ~PresentedPassword() { OPENSSL_cleanse(text_.data(), text_.size()); }
    PresentedPassword(const PresentedPassword&) = delete;
    PresentedPassword& operator=(const PresentedPassword&) = delete;
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

bool is_known_network(const Directory& directory, const User* user, const std::string& network) {
    if (user == nullptr) return false;
    return std::ranges::any_of(directory.sessions_of(user->id), [&network](const Session* one) {
        boost::system::error_code wrong;
        const auto address = boost::asio::ip::make_address(one->address, wrong);
        return !wrong && network_of(address) == network;
    });
}

// One try of somebody who says that he has the address, counted where it fails.
class Try {
  public:
    Try(Call& call, std::string email, const User* user)
        : tries_(call.services.sign_in_tries),
          now_ms_(wire::monotonic_ms(wire::Clock::now())),
          who_{.account = std::move(email), .network = network_of(call.request.address)} {
        who_.known = is_known_network(*call.directory, user, who_.network);
    }

    Error check_wait() {
        const std::int64_t wait_ms = tries_.wait_ms(who_, now_ms_);
        if (wait_ms == 0) return {};
        Error error(ErrorKind::requests_rate_limited, "too many failed tries to sign in; wait before the next one");
        error.detail().headers = retry_after_lines(wait_ms);
        return error;
    }
    Error failed(Error error) {
        tries_.failed(who_, now_ms_);
        return error;
    }
    void succeeded() { tries_.succeeded(who_); }

  private:
    SignInTries& tries_;
    const std::int64_t now_ms_;
    SignInTries::Try who_;
};

// Null: he is nobody here.
Error judge_password(Call& call, const User* user, const std::string& password) {
    if (password.size() > kMostPasswordBytes) return wrong_credentials();
    auto hash = user == nullptr ? failure(StatusCode::not_found, "")
                                : find_password(*call.services.store, call.services.accounts->vault(), user->id);
    if (hash) return is_password(password, *hash) ? Error() : wrong_credentials();
    if (hash.error().code() != StatusCode::not_found) return api_error(hash.error()).error;
    compare_with_no_password(password);
    return wrong_credentials();
}

// What is presented, of a person who may be null. The proofs are those that were right.
Outcome<ProofSet> judge_proofs(Call& call, const User* user, std::string_view password_field) {
    const PresentedPassword password(call.body, password_field);
    if (call.error()) return std::unexpected(call.error());
    if (Error wrong = judge_password(call, user, password.text())) return std::unexpected(std::move(wrong));
    return ProofSet(Proof::password);
}

// He has proven himself.
Error admit(Call& call, const User& user, ProofSet proofs) {
    if (user.status != UserStatus::active) {
        return api_error(Status(StatusCode::denied, "your account is suspended; ask the operator of this gateway",
                                "account_suspended"))
            .error;
    }
    call.proven = ProvenPerson{.user = user.id, .proofs = proofs, .password_set_ms = user.password_set_ms};
    return {};
}

Error prove(Call& call, const User* user, std::string email, std::string_view password_field = "password") {
    Try attempt(call, std::move(email), user);
    if (Error wait = attempt.check_wait()) return wait;
    auto proofs = judge_proofs(call, user, password_field);
    if (!proofs) {
        const bool wrong = proofs.error().kind() == ErrorKind::invalid_credentials;
        return wrong ? attempt.failed(std::move(proofs.error())) : std::move(proofs.error());
    }
    attempt.succeeded();
    return admit(call, *user, *proofs);
}

Error prove_by_link(Call& call) {
    const std::string token = call.body.text("link_token");
    if (call.error()) return call.error();
    const auto id = find_person_link(*call.services.store, token, LinkUse::sign_in, call.request.now_ms);
    if (!id) return api_error(id.error()).error;
    const User* const user = call.directory->find_user(*id);
    return user == nullptr ? wrong_credentials() : admit(call, *user, Proof::link);
}

// Whether he is still as he was when he was proven.
bool still_stands(const Call& call, const Directory& now) {
    const User* const user = now.find_user(call.proven->user);
    if (user == nullptr || user->status != UserStatus::active) return false;
    return !call.proven->proofs.contains(Proof::password) || user->password_set_ms == call.proven->password_set_ms;
}

SessionLimits session_limits(const Call& call) {
    const AccountsConfig& config = call.services.config.accounts;
    return {.idle_ms = config.session_idle_timeout_ms,
            .whole_ms = config.session_lifetime_ms,
            .most = config.most_sessions};
}

}  // namespace

Error prove_sign_in(Call& call) {
    if (call.body.has("link_token")) return prove_by_link(call);
    const std::string typed = call.body.required_text("email");
    if (call.error()) return call.error();
    const auto email = normal_email("email", typed);
    const User* const user = email ? call.directory->find_user_by_email(*email) : nullptr;
    return prove(call, user, email.value_or(typed.substr(0, kMaxEmailBytes)));
}

namespace {

// Of the person whose session or token calls.
Error prove_caller(Call& call, std::string_view password_field) {
    const User* const user = call.directory->find_user(call.request.caller.user);
    if (user == nullptr) return wrong_credentials();
    Error wrong = prove(call, user, user->email, password_field);
    if (!wrong) call.proven->begins_session = false;
    return wrong;
}

}  // namespace

Error prove_step_up(Call& call) { return prove_caller(call, "password"); }

Error prove_current_password(Call& call) {
    const User* const user = call.directory->find_user(call.request.caller.user);
    if (user == nullptr || user->password_set_ms != 0) return prove_caller(call, "current_password");
    if (call.request.caller.kind != CallerKind::session) {
        return api_error(Status(StatusCode::conflict, "there is no password to change: ask for a link", "no_password"))
            .error;
    }
    if (Error old = check_young_proof(call)) return old;
    call.proven = ProvenPerson{.user = user->id, .begins_session = false};
    return {};
}

Outcome<std::string> begin_proven_session(const Call& call, Change& change) {
    if (!still_stands(call, change.directory())) return std::unexpected(wrong_credentials());
    const PageFields* const page = call.request.page.get();
    (void)end_browser_session(call, change);
    begin_session(change,
                  {.secret = call.proven->secret.digest,
                   .user = call.proven->user,
                   .proofs = call.proven->proofs,
                   .agent = page != nullptr ? page->agent : std::string()},
                  session_limits(call));
    return session_cookie_lines(call, call.proven->secret.plaintext);
}

Outcome<std::string> renew_proven_session(const Call& call, Change& change) {
    if (!still_stands(call, change.directory())) return std::unexpected(wrong_credentials());
    const Status renewed = renew_session(change, call.proven->user, call.request.caller.key, call.proven->secret.digest,
                                         call.proven->proofs);
    if (!renewed.ok()) return std::unexpected(Error(ErrorKind::session_ended, "the session is over: sign in again"));
    return session_cookie_lines(call, call.proven->secret.plaintext);
}

bool end_browser_session(const Call& call, Change& change) {
    const PageFields* const page = call.request.page.get();
    if (page == nullptr || !page->session) return false;
    const auto session = change.directory().find_session_of_secret(*page->session);
    if (session != nullptr) (void)end_session(change, session->user, session->id);
    return session != nullptr;
}

std::string session_cookie_lines(const Call& call, std::string_view secret) {
    std::string lines = "set-cookie: " + std::string(kSessionCookie) + "=" + std::string(secret);
    lines.append(kCookieAttributes);
    lines.append(std::to_string(call.services.config.accounts.session_lifetime_ms / kSecondMs)).append("\r\n");
    return lines.append(kNotKept);
}

std::string no_session_cookie_lines() {
    std::string lines = "set-cookie: " + std::string(kSessionCookie) + "=";
    return lines.append(kCookieAttributes).append("0\r\n").append(kNotKept);
}

}  // namespace tollgate
