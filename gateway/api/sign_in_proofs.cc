#include "gateway/api/sign_in_proofs.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "accounting/accounts/password.h"
#include "accounting/accounts/person_link.h"
#include "accounting/secrets/password_hash.h"
#include "gateway/api/call.h"
#include "gateway/api/second_factor_proofs.h"
#include "gateway/api/step_up.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// The password, which nothing keeps.
class PresentedPassword {
  public:
    PresentedPassword(BodyFields& body, std::string_view field) : text_(body.filled_text(field)) {}
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

// What was right of what is presented.
struct JudgedProofs {
    ProofSet proofs = {};
    std::optional<ProvenFactor> factor = {};
};

// What the call's body holds, where each occasion has its own members.
struct PresentedProofs {
    PresentedProofs(BodyFields& body, Occasion occasion)
        : password(body, occasion == Occasion::password_change ? "current_password" : "password") {
        if (occasion != Occasion::password_change) factor = read_factor(body);
        const bool factor_is_enough = occasion == Occasion::sign_in ? factor.passkey.has_value() : !factor.none();
        if (password.text().empty() && !factor_is_enough) {
            body.fail(occasion == Occasion::password_change ? "current_password" : "password", "is required");
        }
    }
    PresentedPassword password;
    PresentedFactor factor;
};

// A password needs a second factor beside it, where the person has one. A second factor needs a password, but for a
// passkey that verified its person, and where a session that calls shows the rest.
Error check_enough(const Call& call, const User& user, const JudgedProofs& judged, Occasion occasion) {
    if (occasion == Occasion::password_change) return {};
    if (!judged.factor) return second_factor_required(call, user.id);
    if (judged.proofs.contains(Proof::password) || occasion == Occasion::step_up) return {};
    if (judged.factor->is_enough()) return {};
    return wrong_factor({StatusCode::denied,
                         "the authenticator has not asked who you are: sign in by your password too",
                         "user_verification_required"});
}

// Of a person who may be null.
Outcome<JudgedProofs> judge_proofs(Call& call, const User* user, Occasion occasion) {
    const PresentedProofs presented(call.body, occasion);
    if (call.error()) return std::unexpected(call.error());
    JudgedProofs judged;
    if (const std::string& password = presented.password.text(); !password.empty()) {
        if (Error wrong = judge_password(call, user, password)) return std::unexpected(std::move(wrong));
        judged.proofs = Proof::password;
    }
    if (!presented.factor.none()) {
        auto factor = judge_factor(call, user != nullptr ? user->id : Id128{}, presented.factor, occasion);
        if (!factor) return std::unexpected(std::move(factor.error()));
        judged.proofs |= factor->proof;
        judged.factor = *factor;
    }
    if (Error lacking = check_enough(call, *user, judged, occasion)) return std::unexpected(std::move(lacking));
    return judged;
}

// He has proven himself.
Error admit(Call& call, const User& user, const JudgedProofs& judged, Occasion occasion) {
    if (user.status != UserStatus::active) {
        return api_error(Status(StatusCode::denied, "your account is suspended; ask the operator of this gateway",
                                "account_suspended"))
            .error;
    }
    call.proven = ProvenPerson{.user = user.id,
                               .proofs = judged.proofs,
                               .occasion = occasion,
                               .password_set_ms = user.password_set_ms,
                               .factor = judged.factor};
    return {};
}

Error prove(Call& call, const User* user, std::string email, Occasion occasion) {
    Try attempt(call, std::move(email), user);
    if (Error wait = attempt.check_wait()) return wait;
    auto judged = judge_proofs(call, user, occasion);
    if (!judged) {
        const bool wrong = judged.error().kind() == ErrorKind::invalid_credentials;
        return wrong ? attempt.failed(std::move(judged.error())) : std::move(judged.error());
    }
    attempt.succeeded();
    return admit(call, *user, *judged, occasion);
}

// Of the person whose session or token calls.
Error prove_caller(Call& call, Occasion occasion) {
    const User* const user = call.directory->find_user(call.request.caller.user);
    return user == nullptr ? wrong_credentials() : prove(call, user, user->email, occasion);
}

Error prove_by_link(Call& call) {
    const std::string token = call.body.text("link_token");
    if (call.error()) return call.error();
    const auto id = find_person_link(*call.services.store, token, LinkUse::sign_in, call.request.now_ms);
    if (!id) return api_error(id.error()).error;
    const User* const user = call.directory->find_user(*id);
    return user == nullptr ? wrong_credentials() : admit(call, *user, {.proofs = Proof::link}, Occasion::sign_in);
}

// By a passkey that says whose it is.
Error prove_by_passkey(Call& call) {
    const PresentedFactor presented = read_factor(call.body);
    if (call.error()) return call.error();
    if (!presented.passkey) return wrong_credentials();
    const User* const user = call.directory->find_user(owner_of(call, *presented.passkey));
    return prove(call, user, user != nullptr ? user->email : std::string(), Occasion::sign_in);
}

}  // namespace

Error wrong_credentials() { return {ErrorKind::invalid_credentials, "the address or the password is wrong"}; }

Error prove_sign_in(Call& call) {
    if (call.body.has_value("link_token")) return prove_by_link(call);
    const bool passkey_alone =
        call.body.has_value("passkey") && !call.body.has_value("email") && !call.body.has_value("password");
    if (passkey_alone) return prove_by_passkey(call);
    const std::string typed = call.body.required_text("email");
    if (call.error()) return call.error();
    const auto email = normal_email("email", typed);
    const User* const user = email ? call.directory->find_user_by_email(*email) : nullptr;
    return prove(call, user, email.value_or(typed.substr(0, kMaxEmailBytes)), Occasion::sign_in);
}

Error prove_step_up(Call& call) { return prove_caller(call, Occasion::step_up); }

Error prove_current_password(Call& call) {
    const User* const user = call.directory->find_user(call.request.caller.user);
    const bool has_password = user != nullptr && user->password_set_ms != 0;
    if (user != nullptr && !has_password && call.request.caller.kind != CallerKind::session) {
        return api_error(Status(StatusCode::conflict, "there is no password to change: ask for a link", "no_password"))
            .error;
    }
    if (user != nullptr && (!has_password || user->second_factor_ms != 0)) {
        if (Error old = check_young_proof(call)) return old;
    }
    if (user == nullptr || has_password) return prove_caller(call, Occasion::password_change);
    return admit(call, *user, {}, Occasion::password_change);
}

}  // namespace tollgate
