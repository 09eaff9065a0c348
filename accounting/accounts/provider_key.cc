#include "accounting/accounts/provider_key.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

template <class KeyOf, class Fields>
void fields_of(KeyOf& key, Fields& fields) {
    fields.id("organization", key.organization);
    fields.text("provider", key.provider, kMaxNameBytes);
    fields.name("label", key.label);
    fields.optional_text("base_url", key.base_url, kMaxBaseUrlBytes);
    fields.optional_text("region", key.place.region, kMaxPlaceBytes);
    fields.optional_text("resource", key.place.resource, kMaxPlaceBytes);
    fields.optional_text("deployment", key.place.deployment, kMaxPlaceBytes);
    fields.optional_text("project", key.place.project, kMaxPlaceBytes);
    fields.text("origin", key.origin, kMaxOriginBytes);
    fields.text("shown", key.shown, kShownSecretBytes);
    fields.number("priority", key.priority);
    fields.texts("allowed_models", key.allowed_models);
    fields.texts("allowed_keys", key.allowed_keys);
    fields.flag("is_fallback", key.is_fallback);
    fields.flag("disabled", key.disabled);
    fields.id("created_by", key.created_by);
    fields.number("secret_ms", key.secret_ms);
    fields.number("version", key.version);
    fields.number("created_ms", key.created_ms);
    fields.number("updated_ms", key.updated_ms);
}

std::string document_of(const ProviderKey& key) {
    DocumentWriter writer;
    fields_of(key, writer);
    return writer.take();
}

std::string document_key(const Id128& id) { return provider_key_document_key(to_uuid(id)); }
std::string secret_key(const Id128& id) { return provider_secret_document_key(to_uuid(id)); }

SecretPlace place_of(const ProviderKey& key, std::string_view origin) {
    return {
        .organization = key.organization, .kind = "provider_key", .id = to_uuid(key.id), .host = std::string(origin)};
}

void put_provider_key(Change& change, ProviderKey key) {
    const std::string document = document_key(key.id);
    const ProviderKey* const before = change.directory().find_provider_key(key.organization, key.id);
    ++key.version;
    key.updated_ms = change.now_ms();
    change.put_document(key.organization, document, before != nullptr ? document_of(*before) : std::string(),
                        document_of(key));
    if (before == nullptr || before->sealed != key.sealed) {
        change.put_unaudited(secret_key(key.id), sealed_document(key.sealed));
    }
    change.concerns(key.organization, document);
    change.edit().put(std::move(key));
}

void erase_provider_key(Change& change, const ProviderKey& key) {
    change.put_document(key.organization, document_key(key.id), document_of(key), {});
    change.put_unaudited(secret_key(key.id), {});
    change.concerns(key.organization, document_key(key.id));
    change.edit().erase_provider_key(key.organization, key.id);
}

Status check_secret(std::string_view secret) {
    const bool long_enough = secret.size() >= kMinProviderSecretBytes && secret.size() <= kMaxProviderSecretBytes;
    if (long_enough && std::ranges::all_of(secret, [](char c) { return c > ' ' && c < '\x7f'; })) return {};
    return {StatusCode::invalid, "secret: must be " + std::to_string(kMinProviderSecretBytes) + " to " +
                                     std::to_string(kMaxProviderSecretBytes) + " visible characters of ASCII"};
}

Status check_allowed(const Directory& directory, const ProviderKey& key) {
    for (const std::string& model : key.allowed_models) {
        if (Status status = check_text("allowed_models", model, kMaxModelBytes); !status.ok()) return status;
    }
    for (const std::string& hash : key.allowed_keys) {
        const auto digest = parse_key_digest(hash);
        const KeyRecord* const found = digest ? directory.find_key(*digest) : nullptr;
        if (found == nullptr || found->organization != key.organization) {
            return {StatusCode::invalid, "allowed_keys: the organization has no key " + hash};
        }
    }
    return {};
}

Status check_free_label(const Directory& directory, const ProviderKey& key) {
    for (const ProviderKey* const other : directory.provider_keys_of(key.organization)) {
        if (other->id == key.id || other->label != key.label) continue;
        return {StatusCode::conflict, "the organization has a provider key of this label", "name_taken"};
    }
    return {};
}

Status check_fields(const Directory& directory, const ProviderKey& key) {
    DocumentCheck check;
    fields_of(key, check);
    if (!check.status().ok()) return check.status();
    if (key.priority > kMostPriority) {
        return {StatusCode::invalid, "priority: must be from 0 to " + std::to_string(kMostPriority)};
    }
    // The label stands before the models of an own endpoint, where other names begin so.
    const bool is_before_models = key.provider == kCustomProvider;
    if (is_before_models && (key.label.find('/') != std::string::npos || key.label.find_first_of("@~") == 0)) {
        return {StatusCode::invalid, "label: of an own endpoint must have no '/', and not begin with '@' or '~'"};
    }
    if (!key.place.deployment.empty() && key.allowed_models.size() != 1) {
        return {StatusCode::invalid, "allowed_models: must name the one model that the deployment is"};
    }
    return check_free_label(directory, key);
}

Status set_secret(Change& change, ProviderKey& key, std::string_view secret) {
    if (Status status = check_secret(secret); !status.ok()) return status;
    auto sealed = change.accounts().vault().seal(change, place_of(key, key.origin), secret);
    if (!sealed) return sealed.error();
    key.sealed = std::move(*sealed);
    key.shown = secret.substr(secret.size() - kShownSecretBytes);
    key.secret_ms = change.now_ms();
    return {};
}

}  // namespace

Result<ProviderKey> read_provider_key(DocumentReader& reader, std::string_view document, std::string_view text) {
    ProviderKey key;
    reader.open(document, text);
    const auto id = parse_uuid(reader.id_part(kProviderKeyDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    key.id = id.value_or(Id128{});
    fields_of(key, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return key;
}

Result<Id128> create_provider_key(Change& change, const Id128& organization, const NewProviderKey& fields) {
    const auto found = open_organization(change, organization);
    if (!found) return std::unexpected(found.error());
    if (change.directory().provider_keys_of(organization).size() >= kMostProviderKeys) {
        return failure(
            StatusCode::conflict,
            "the organization has " + std::to_string(kMostProviderKeys) + " provider keys, as many as it may",
            "limit_reached");
    }
    ProviderKey key{.id = make_uuid7(change.now_ms()),
                    .organization = organization,
                    .provider = fields.provider,
                    .label = fields.label,
                    .base_url = fields.base_url,
                    .place = fields.place,
                    .origin = fields.origin,
                    .priority = fields.priority,
                    .allowed_models = fields.allowed_models,
                    .allowed_keys = fields.allowed_keys,
                    .is_fallback = fields.is_fallback,
                    .disabled = fields.disabled,
                    .created_by = change.caller().user,
                    .created_ms = change.now_ms()};
    Status status = check_fields(change.directory(), key);
    if (status.ok()) status = check_allowed(change.directory(), key);
    if (status.ok()) status = set_secret(change, key, fields.secret);
    if (!status.ok()) return std::unexpected(std::move(status));
    const Id128 id = key.id;
    put_provider_key(change, std::move(key));
    return id;
}

Status update_provider_key(Change& change, const Id128& organization, const Id128& id,
                           const ProviderKeyChange& fields) {
    const ProviderKey* const current = change.directory().find_provider_key(organization, id);
    if (current == nullptr) return {StatusCode::not_found, "there is no such provider key"};
    if (Status status = change.require_version(current->version); !status.ok()) return status;
    ProviderKey key = *current;
    key.label = fields.label.value_or(key.label);
    key.priority = fields.priority.value_or(key.priority);
    key.allowed_models = fields.allowed_models.value_or(key.allowed_models);
    key.allowed_keys = fields.allowed_keys.value_or(key.allowed_keys);
    key.is_fallback = fields.is_fallback.value_or(key.is_fallback);
    key.disabled = fields.disabled.value_or(key.disabled);
    key.place = fields.place.value_or(key.place);
    if (fields.base) {
        key.base_url = fields.base->url;
        key.origin = fields.base->origin;
    }
    if (key.origin != current->origin && !fields.secret) {
        return {StatusCode::invalid, "secret: another host needs it again: it was stored for " + current->origin,
                "secret_needed"};
    }
    Status status = check_fields(change.directory(), key);
    // Keys that were deleted since may stay in the list that names them.
    const bool allowed_as_before =
        key.allowed_keys == current->allowed_keys && key.allowed_models == current->allowed_models;
    if (status.ok() && !allowed_as_before) {
        status = check_allowed(change.directory(), key);
    }
    if (status.ok() && fields.secret) status = set_secret(change, key, *fields.secret);
    if (!status.ok()) return status;
    if (!fields.secret && document_of(key) == document_of(*current)) return {};
    put_provider_key(change, std::move(key));
    return {};
}

Status delete_provider_key(Change& change, const Id128& organization, const Id128& id) {
    const ProviderKey* const current = change.directory().find_provider_key(organization, id);
    if (current == nullptr) return {StatusCode::not_found, "there is no such provider key"};
    if (Status status = change.require_version(current->version); !status.ok()) return status;
    erase_provider_key(change, ProviderKey(*current));
    return {};
}

void erase_provider_keys(Change& change, const Id128& organization) {
    std::vector<ProviderKey> all;
    for (const ProviderKey* const one : change.directory().provider_keys_of(organization)) all.push_back(*one);
    for (const ProviderKey& one : all) erase_provider_key(change, one);
}

Result<LockedBytes> open_provider_key(const Vault& vault, const ProviderKey& key, std::string_view origin) {
    return vault.open(place_of(key, origin), key.sealed);
}

}  // namespace tollgate
