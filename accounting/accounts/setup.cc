#include "accounting/accounts/setup.h"

#include <openssl/crypto.h>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/api_key.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/document.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::string_view kTokenPrefix = "tg-setup-";

Status check(const Result<std::string>& text, std::string_view token) {
    KeyDigest stored;
    const auto there =
        read_if_there(kSetupDocumentKey, text, [&](DocumentReader& reader) { reader.digest("token", stored); });
    if (!there) return there.error();
    const KeyDigest given = digest_key(token);
    const bool same = CRYPTO_memcmp(stored.bytes.data(), given.bytes.data(), given.bytes.size()) == 0;
    if (*there && same) return {};
    return {StatusCode::not_found, "the link is not the one that was printed last, or it was used", "setup_invalid"};
}

}  // namespace

std::string make_setup_token(Change& change) {
    std::string token = generate_secret(kTokenPrefix);
    DocumentWriter writer;
    writer.digest("token", digest_key(token));
    change.put_document({}, std::string(kSetupDocumentKey), {}, writer.take());
    return token;
}

std::string setup_path(std::string_view token) { return "/#/setup?token=" + std::string(token); }

Result<bool> has_setup_token(Store& store) {
    const auto text = store.get(Family::accounts, kSetupDocumentKey);
    if (text) return true;
    if (text.error().code() == StatusCode::not_found) return false;
    return std::unexpected(text.error());
}

Status check_setup_token(Store& store, std::string_view token) {
    return check(store.get(Family::accounts, kSetupDocumentKey), token);
}

Status use_setup_token(Change& change, std::string_view token) {
    const std::string document(kSetupDocumentKey);
    Status status = check(change.find_document(document), token);
    if (status.ok()) change.put_unaudited(document, {});
    return status;
}

}  // namespace tollgate
