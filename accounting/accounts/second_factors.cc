#include "accounting/accounts/second_factors.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/passkey.h"
#include "accounting/accounts/typed_code.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostSealedBytes = 200;

template <class FactorsOf, class Fields>
void fields_of(FactorsOf& factors, Fields& fields) {
    fields.number("app_ms", factors.app_ms);
    fields.number("awaited_app_ms", factors.awaited_app_ms);
    fields.number("recovery_codes_ms", factors.recovery_codes_ms);
    fields.number("recovery_codes_left", factors.recovery_codes_left);
    fields.texts("passkeys", factors.passkeys);
}

template <class SecretsOf, class Fields>
void secret_fields_of(SecretsOf& secrets, Fields& fields) {
    fields.optional_text("app", secrets.app, kMostSealedBytes);
    fields.optional_text("awaited_app", secrets.awaited_app, kMostSealedBytes);
    fields.number("last_app_step", secrets.last_app_step);
    fields.texts("recovery_codes", secrets.recovery_codes);
}

std::string document_of(const SecondFactors& factors) {
    DocumentWriter writer;
    fields_of(factors, writer);
    return writer.take();
}

std::string document_key(const Id128& user) { return second_factors_document_key(to_uuid(user)); }
std::string secrets_key(const Id128& user) { return factor_secrets_document_key(to_uuid(user)); }

// No such document is as good as an empty one.
Result<SecondFactors> factors_in(const Id128& user, const Result<std::string>& text) {
    SecondFactors factors{.user = user};
    const auto read =
        read_if_there(document_key(user), text, [&](DocumentReader& reader) { fields_of(factors, reader); });
    if (!read) return std::unexpected(read.error());
    return factors;
}

Result<FactorSecrets> secrets_in(const Id128& user, const Result<std::string>& text) {
    FactorSecrets secrets;
    const auto read =
        read_if_there(secrets_key(user), text, [&](DocumentReader& reader) { secret_fields_of(secrets, reader); });
    if (!read) return std::unexpected(read.error());
    return secrets;
}

std::unexpected<Status> no_such_code() {
    return failure(StatusCode::denied, "the recovery code is wrong, or was used", "code_invalid");
}

// As it is shown, and typed again some day.
std::string in_groups(const std::string& code) {
    std::string text;
    for (std::size_t i = 0; i < code.size(); ++i) {
        if (i > 0 && i % 4 == 0) text += '-';
        text += code[i];
    }
    return text;
}

// The person's own document says whether he has any, for whoever looks without reading his factors.
void note_in_person(Change& change, const Id128& id, bool has_any) {
    const User* const found = change.directory().find_user(id);
    if (found == nullptr || (found->second_factor_ms != 0) == has_any) return;
    User user = *found;
    user.second_factor_ms = has_any ? change.now_ms() : 0;
    user.updated_ms = change.now_ms();
    put_user(change, std::move(user));
}

Result<std::vector<std::string>> replace_recovery_codes(Change& change, SecondFactors factors) {
    auto secrets = find_factor_secrets(change, factors.user);
    if (!secrets) return std::unexpected(secrets.error());
    std::vector<std::string> codes;
    secrets->recovery_codes.clear();
    for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
        const std::string code = make_typed_code();
        secrets->recovery_codes.push_back(to_hex(digest_key(code)));
        codes.push_back(in_groups(code));
    }
    put_factor_secrets(change, factors.user, *secrets);
    factors.recovery_codes_ms = change.now_ms();
    factors.recovery_codes_left = kRecoveryCodes;
    if (Status status = put_second_factors(change, std::move(factors)); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return codes;
}

}  // namespace

Result<SecondFactors> find_second_factors(Store& store, const Id128& user) {
    return factors_in(user, store.get(Family::accounts, document_key(user)));
}

Result<SecondFactors> find_second_factors(Change& change, const Id128& user) {
    return factors_in(user, change.find_document(document_key(user)));
}

Result<FactorSecrets> find_factor_secrets(Store& store, const Id128& user) {
    return secrets_in(user, store.get(Family::accounts, secrets_key(user)));
}

Result<FactorSecrets> find_factor_secrets(Change& change, const Id128& user) {
    return secrets_in(user, change.find_document(secrets_key(user)));
}

void put_factor_secrets(Change& change, const Id128& user, const FactorSecrets& secrets) {
    DocumentWriter writer;
    secret_fields_of(secrets, writer);
    change.put_unaudited(secrets_key(user), writer.take());
}

Status put_second_factors(Change& change, SecondFactors factors) {
    const std::string document = document_key(factors.user);
    auto before = change.find_document(document);
    if (!before && before.error().code() != StatusCode::not_found) return before.error();
    if (!factors.any() && factors.recovery_codes_ms != 0) {
        auto secrets = find_factor_secrets(change, factors.user);
        if (!secrets) return secrets.error();
        secrets->recovery_codes.clear();
        put_factor_secrets(change, factors.user, *secrets);
        factors.recovery_codes_ms = factors.recovery_codes_left = 0;
    }
    change.put_document({}, document, before.value_or(std::string()), document_of(factors));
    note_in_person(change, factors.user, factors.any());
    change.concerns({}, document);
    return {};
}

Result<std::vector<std::string>> make_recovery_codes(Change& change, const Id128& user) {
    auto factors = find_second_factors(change, user);
    if (!factors) return std::unexpected(factors.error());
    if (!factors->any()) {
        return failure(StatusCode::conflict, "recovery codes stand in for a second factor, and there is none",
                       "no_second_factor");
    }
    return replace_recovery_codes(change, std::move(*factors));
}

Result<std::vector<std::string>> first_recovery_codes(Change& change, const Id128& user) {
    auto factors = find_second_factors(change, user);
    if (!factors) return std::unexpected(factors.error());
    if (factors->recovery_codes_ms != 0) return std::vector<std::string>();
    return replace_recovery_codes(change, std::move(*factors));
}

Result<KeyDigest> check_recovery_code(Store& store, const Id128& user, std::string_view typed) {
    const auto secrets = find_factor_secrets(store, user);
    if (!secrets) return std::unexpected(secrets.error());
    const auto digest = digest_of_code(typed);
    const bool known =
        digest && std::ranges::find(secrets->recovery_codes, to_hex(*digest)) != secrets->recovery_codes.end();
    if (!known) return no_such_code();
    return *digest;
}

Result<std::int64_t> use_recovery_code(Change& change, const Id128& user, const KeyDigest& code) {
    auto secrets = find_factor_secrets(change, user);
    if (!secrets) return std::unexpected(secrets.error());
    if (std::erase(secrets->recovery_codes, to_hex(code)) == 0) return no_such_code();
    put_factor_secrets(change, user, *secrets);
    auto factors = find_second_factors(change, user);
    if (!factors) return std::unexpected(factors.error());
    const auto left = static_cast<std::int64_t>(secrets->recovery_codes.size());
    factors->recovery_codes_left = left;
    if (Status status = put_second_factors(change, std::move(*factors)); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return left;
}

Status erase_second_factors(Change& change, const Id128& user) {
    const std::string document = document_key(user);
    const auto before = change.find_document(document);
    const auto factors = factors_in(user, before);
    if (!factors) return factors.error();
    for (const std::string& passkey : factors->passkeys) {
        const auto id = parse_key_digest(passkey);
        if (!id) return {StatusCode::corrupt, document + ": names a passkey that is none"};
        erase_passkey(change, *id);
    }
    if (change.find_document(secrets_key(user))) change.put_unaudited(secrets_key(user), {});
    if (before) change.put_document({}, document, *before, {});
    note_in_person(change, user, false);
    return {};
}

}  // namespace tollgate
