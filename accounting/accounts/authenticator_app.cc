#include "accounting/accounts/authenticator_app.h"

#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/second_factors.h"
#include "accounting/secrets/totp.h"

namespace tollgate {
namespace {

SecretPlace place_of(const Id128& user) { return {.kind = "authenticator_app", .id = to_uuid(user)}; }

Status wrong_code(StatusCode code) {
    return {code, "the code is wrong, too old, or was used: wait for the app's next one", "code_invalid"};
}

Result<std::int64_t> step_of(const Vault& vault, const Id128& user, const std::string& sealed, std::string_view code,
                             std::int64_t now_ms, std::int64_t last_step) {
    const auto bytes = parse_hex_text(sealed);
    if (!bytes) return failure(StatusCode::corrupt, "the secret of an authenticator app is malformed");
    const auto secret = vault.open(place_of(user), *bytes);
    if (!secret) return std::unexpected(secret.error());
    const auto step = find_totp_step(secret->text(), code, now_ms, last_step);
    if (!step) return std::unexpected(wrong_code(StatusCode::denied));
    return *step;
}

}  // namespace

Result<LockedBytes> begin_app(Change& change, const Id128& user) {
    auto secrets = find_factor_secrets(change, user);
    if (!secrets) return std::unexpected(secrets.error());
    auto secret = make_totp_secret();
    if (!secret) return secret;
    const auto sealed = change.accounts().vault().seal(change, place_of(user), secret->text());
    if (!sealed) return std::unexpected(sealed.error());
    secrets->awaited_app = to_hex_text(*sealed);
    put_factor_secrets(change, user, *secrets);
    auto factors = find_second_factors(change, user);
    if (!factors) return std::unexpected(factors.error());
    factors->awaited_app_ms = change.now_ms();
    if (Status status = put_second_factors(change, std::move(*factors)); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return secret;
}

Result<std::vector<std::string>> confirm_app(Change& change, const Id128& user, std::string_view code) {
    auto factors = find_second_factors(change, user);
    if (!factors) return std::unexpected(factors.error());
    auto secrets = find_factor_secrets(change, user);
    if (!secrets) return std::unexpected(secrets.error());
    if (secrets->awaited_app.empty() || factors->awaited_app_ms + kAwaitedAppMs <= change.now_ms()) {
        return failure(StatusCode::conflict, "no authenticator app is being set up: begin again", "app_not_begun");
    }
    const auto step =
        step_of(change.accounts().vault(), user, secrets->awaited_app, code, change.now_ms(), /*last_step=*/0);
    if (!step && step.error().code() == StatusCode::denied) {
        return std::unexpected(wrong_code(StatusCode::invalid));
    }
    if (!step) return std::unexpected(step.error());
    secrets->app = std::exchange(secrets->awaited_app, {});
    secrets->last_app_step = *step;
    put_factor_secrets(change, user, *secrets);
    factors->awaited_app_ms = 0;
    factors->app_ms = change.now_ms();
    if (Status status = put_second_factors(change, std::move(*factors)); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return first_recovery_codes(change, user);
}

Status remove_app(Change& change, const Id128& user) {
    auto factors = find_second_factors(change, user);
    if (!factors) return factors.error();
    if (factors->app_ms == 0) return {StatusCode::not_found, "there is no authenticator app"};
    auto secrets = find_factor_secrets(change, user);
    if (!secrets) return secrets.error();
    secrets->app.clear();
    secrets->last_app_step = 0;
    put_factor_secrets(change, user, *secrets);
    factors->app_ms = 0;
    return put_second_factors(change, std::move(*factors));
}

Result<std::int64_t> check_app_code(Store& store, const Vault& vault, const Id128& user, std::string_view code,
                                    std::int64_t now_ms) {
    const auto secrets = find_factor_secrets(store, user);
    if (!secrets) return std::unexpected(secrets.error());
    if (secrets->app.empty()) return std::unexpected(wrong_code(StatusCode::denied));
    return step_of(vault, user, secrets->app, code, now_ms, secrets->last_app_step);
}

Status use_app_step(Change& change, const Id128& user, std::int64_t step) {
    auto secrets = find_factor_secrets(change, user);
    if (!secrets) return secrets.error();
    if (secrets->app.empty() || step <= secrets->last_app_step) return wrong_code(StatusCode::denied);
    secrets->last_app_step = step;
    put_factor_secrets(change, user, *secrets);
    return {};
}

}  // namespace tollgate
