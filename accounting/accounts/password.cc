#include "accounting/accounts/password.h"

#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/user.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

std::string document_key(const Id128& user) { return password_document_key(to_uuid(user)); }

SecretPlace place_of(const Id128& user) { return {.kind = "password", .id = to_uuid(user)}; }

// `set_ms`: 0 if there is none from now on.
Status note_when(Change& change, const Id128& user, std::int64_t set_ms) {
    const User* const found = change.directory().find_user(user);
    if (found == nullptr) return {StatusCode::not_found, "there is no such person"};
    User changed = *found;
    changed.password_set_ms = set_ms;
    changed.updated_ms = change.now_ms();
    put_user(change, std::move(changed));
    return {};
}

}  // namespace

Result<std::string> find_password(Store& store, const Vault& vault, const Id128& user) {
    const std::string key = document_key(user);
    const auto text = store.get(Family::accounts, key);
    if (!text) return text;
    DocumentReader reader;
    const auto sealed = read_sealed_document(reader, key, *text);
    if (!sealed) return sealed;
    const auto hash = vault.open(place_of(user), *sealed);
    if (!hash) return std::unexpected(hash.error());
    return std::string(hash->text());
}

Status set_password(Change& change, const Id128& user, std::string_view hash) {
    const auto sealed = change.accounts().vault().seal(change, place_of(user), hash);
    if (!sealed) return sealed.error();
    if (Status status = note_when(change, user, change.now_ms()); !status.ok()) return status;
    change.put_unaudited(document_key(user), sealed_document(*sealed));
    return {};
}

Status clear_password(Change& change, const Id128& user) {
    if (Status status = note_when(change, user, 0); !status.ok()) return status;
    erase_password(change, user);
    return {};
}

void erase_password(Change& change, const Id128& user) {
    const std::string key = document_key(user);
    if (change.find_document(key)) change.put_unaudited(key, {});
}

}  // namespace tollgate
