#include "gateway/api/proven_session.h"

#include <cstdint>

#include "gateway/api/call.h"
#include "gateway/api/second_factor_proofs.h"
#include "gateway/api/step_up.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kSecondMs = 1000;

// Whether he is still as he was when he was proven.
bool still_stands(const ProvenPerson& proven, const Directory& now) {
    const User* const user = now.find_user(proven.user);
    if (user == nullptr || user->status != UserStatus::active) return false;
    return !proven.proofs.contains(Proof::password) || user->password_set_ms == proven.password_set_ms;
}

// What he has shown counts now, and not again.
Error use_proofs(const Call& call, Change& change, const ProvenPerson& proven) {
    if (!still_stands(proven, change.directory())) return wrong_credentials();
    return proven.factor ? use_factor(call, change, proven.user, *proven.factor) : Error();
}

SessionLimits session_limits(const Call& call) {
    const AccountsConfig& config = call.services.config.accounts;
    return {.idle_ms = config.session_idle_timeout_ms,
            .whole_ms = config.session_lifetime_ms,
            .most = config.most_sessions};
}

std::string session_cookie_lines(const Call& call, const ProvenPerson& proven) {
    const std::int64_t lifetime_ms = call.services.config.accounts.session_lifetime_ms;
    return cookie_line(kSessionCookie, proven.secret.plaintext, lifetime_ms).append(kNoStoreLine);
}

}  // namespace

Outcome<std::string> begin_proven_session(const Call& call, Change& change) {
    if (!call.proven) return std::unexpected(wrong_credentials());
    const ProvenPerson& proven = *call.proven;
    if (Error used = use_proofs(call, change, proven)) return std::unexpected(std::move(used));
    const PageFields* const page = call.request.page.get();
    (void)end_browser_session(call, change);
    begin_session(change,
                  {.secret = proven.secret.digest,
                   .user = proven.user,
                   .proofs = proven.proofs,
                   .agent = page != nullptr ? page->agent : std::string()},
                  session_limits(call));
    return session_cookie_lines(call, proven);
}

Outcome<std::string> renew_proven_session(const Call& call, Change& change) {
    if (!call.proven) return std::unexpected(wrong_credentials());
    const ProvenPerson& proven = *call.proven;
    if (Error used = use_proofs(call, change, proven)) return std::unexpected(std::move(used));
    const ProofSet anew = proven.occasion == Occasion::step_up ? proven.proofs : ProofSet();
    const Status renewed = renew_session(change, proven.user, call.request.caller.key, proven.secret.digest, anew);
    if (!renewed.ok()) return std::unexpected(session_is_over());
    return session_cookie_lines(call, proven);
}

bool end_browser_session(const Call& call, Change& change) {
    const PageFields* const page = call.request.page.get();
    if (page == nullptr || !page->session) return false;
    const auto session = change.directory().find_session_of_secret(*page->session);
    if (session != nullptr) (void)end_session(change, session->user, session->id);
    return session != nullptr;
}

std::string cookie_line(std::string_view name, std::string_view value, std::int64_t lifetime_ms) {
    std::string line = "set-cookie: " + std::string(name) + "=";
    line.append(value).append("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=");
    return line.append(std::to_string(lifetime_ms / kSecondMs)).append("\r\n");
}

std::string no_session_cookie_lines() { return cookie_line(kSessionCookie, {}, 0).append(kNoStoreLine); }

}  // namespace tollgate
