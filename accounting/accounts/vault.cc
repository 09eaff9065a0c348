#include "accounting/accounts/vault.h"

#include <utility>
#include <vector>

#include "accounting/accounts/change.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::size_t kMasterKeyIdBytes = 16, kMostWrappedBytes = 200;

// Each part behind its length, so that no two places are the same bytes.
std::string bytes_of(std::initializer_list<std::string_view> parts) {
    std::string bytes;
    for (const std::string_view part : parts) bytes.append(encode_u64(part.size())).append(part);
    return bytes;
}

std::string bytes_of(const SecretPlace& place) {
    return bytes_of({"secret", to_uuid(place.organization), place.kind, place.id, place.host});
}

std::string place_of_data_key(const Id128& organization) { return bytes_of({"data key", to_uuid(organization)}); }

std::string document_key(const Id128& organization) { return data_key_document_key(to_uuid(organization)); }

std::string document_of(const DataKey& key) {
    DocumentWriter writer;
    writer.text("master_key", key.master_key, kMasterKeyIdBytes);
    writer.text("wrapped", to_hex_text(key.wrapped), kMostWrappedBytes);
    writer.number("made_ms", key.made_ms);
    writer.number("wrapped_ms", key.wrapped_ms);
    return writer.take();
}

std::unexpected<Status> no_master_key() {
    return failure(StatusCode::conflict,
                   "this gateway has no master key, and stores no secrets without one: its operator sets "
                   "secrets.master_key_file",
                   "no_master_key");
}

}  // namespace

Result<std::pair<Id128, DataKey>> read_data_key(DocumentReader& reader, std::string_view document,
                                                std::string_view text) {
    DataKey key;
    std::string wrapped;
    reader.open(document, text);
    const auto organization = parse_uuid(reader.id_part(kDataKeyDocumentPrefix));
    if (!organization) reader.fail("the id in its key is malformed");
    reader.text("master_key", key.master_key, kMasterKeyIdBytes);
    reader.text("wrapped", wrapped, kMostWrappedBytes);
    reader.number("made_ms", key.made_ms);
    reader.number("wrapped_ms", key.wrapped_ms);
    const auto bytes = parse_hex_text(wrapped);
    if (!bytes) reader.fail("\"wrapped\" must be hexadecimal");
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    key.wrapped = *bytes;
    return std::pair(*organization, std::move(key));
}

std::string sealed_document(std::string_view sealed) {
    DocumentWriter writer;
    writer.text("sealed", to_hex_text(sealed), 0);
    return writer.take();
}

Result<std::string> read_sealed_document(DocumentReader& reader, std::string_view document, std::string_view text) {
    std::string sealed;
    reader.open(document, text);
    reader.text("sealed", sealed, 0);
    const auto bytes = parse_hex_text(sealed);
    if (!bytes) reader.fail("\"sealed\" must be hexadecimal");
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return *bytes;
}

void Vault::use(std::shared_ptr<const MasterKeys> keys) {
    const std::lock_guard lock(mutex_);
    keys_ = std::move(keys);
}

std::shared_ptr<const MasterKeys> Vault::keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
}

void Vault::add(const Id128& organization, DataKey key) {
    const std::lock_guard lock(mutex_);
    data_keys_[organization] = std::move(key);
}

Result<LockedBytes> Vault::unwrap(const Id128& organization, const DataKey& key) const {
    const auto keys = this->keys();
    if (keys == nullptr) return no_master_key();
    const MasterKey* const master = keys->find(key.master_key);
    if (master == nullptr) {
        return failure(StatusCode::io, "the secret needs the master key " + key.master_key + ", which is not here");
    }
    return unseal(master->bytes(), place_of_data_key(organization), key.wrapped);
}

void Vault::put(Change& change, const Id128& organization, DataKey key) {
    change.put_unaudited(document_key(organization), document_of(key));
    change.after_commit([this, organization, key] { add(organization, key); });
}

Result<LockedBytes> Vault::data_key_for(Change& change, const Id128& organization) {
    const std::string document = document_key(organization);
    const auto text = change.find_document(document);
    if (text) {
        DocumentReader reader;
        const auto key = read_data_key(reader, document, *text);
        return key ? unwrap(organization, key->second) : std::unexpected(key.error());
    }
    if (text.error().code() != StatusCode::not_found) return std::unexpected(text.error());
    const auto keys = this->keys();
    if (keys == nullptr) return no_master_key();
    auto made = make_sealing_key();
    if (!made) return made;
    put(change, organization,
        {.master_key = keys->current->id(),
         .wrapped = tollgate::seal(keys->current->bytes(), place_of_data_key(organization), made->text()),
         .made_ms = change.now_ms(),
         .wrapped_ms = change.now_ms()});
    return made;
}

Result<std::string> Vault::seal(Change& change, const SecretPlace& place, std::string_view plaintext) {
    const auto key = data_key_for(change, place.organization);
    if (!key) return std::unexpected(key.error());
    return tollgate::seal(SealingKey(key->bytes()), bytes_of(place), plaintext);
}

Result<LockedBytes> Vault::open(const SecretPlace& place, std::string_view sealed) const {
    DataKey wrapped;
    {
        const std::lock_guard lock(mutex_);
        const auto found = data_keys_.find(place.organization);
        if (found == data_keys_.end()) return failure(StatusCode::corrupt, "the data key of a secret is missing");
        wrapped = found->second;
    }
    const auto key = unwrap(place.organization, wrapped);
    if (!key) return std::unexpected(key.error());
    return unseal(SealingKey(key->bytes()), bytes_of(place), sealed);
}

Result<std::size_t> Vault::wrap_anew(Change& change, std::size_t most) {
    const auto keys = this->keys();
    if (keys == nullptr) return std::size_t{0};
    std::vector<std::pair<Id128, DataKey>> due;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [organization, key] : data_keys_) {
            if (due.size() == most) break;
            const bool other = key.master_key != keys->current->id();
            if (other && keys->find(key.master_key) != nullptr) due.emplace_back(organization, key);
        }
    }
    for (auto& [organization, key] : due) {
        const auto plain = unwrap(organization, key);
        if (!plain) return std::unexpected(plain.error());
        key.master_key = keys->current->id();
        key.wrapped = tollgate::seal(keys->current->bytes(), place_of_data_key(organization), plain->text());
        key.wrapped_ms = change.now_ms();
        put(change, organization, key);
    }
    return due.size();
}

void Vault::destroy(Change& change, const Id128& organization) {
    if (!change.find_document(document_key(organization))) return;
    change.put_unaudited(document_key(organization), {});
    change.after_commit([this, organization] {
        const std::lock_guard lock(mutex_);
        data_keys_.erase(organization);
    });
}

Vault::Wrapping Vault::wrapping() const {
    const auto keys = this->keys();
    Wrapping wrapping;
    const std::lock_guard lock(mutex_);
    for (const auto& [organization, key] : data_keys_) {
        if (keys != nullptr && key.master_key == keys->current->id()) continue;
        ++wrapping.former;
        if (keys != nullptr && keys->find(key.master_key) != nullptr) continue;
        ++wrapping.unknown;
        wrapping.needed.insert(key.master_key);
    }
    return wrapping;
}

}  // namespace tollgate
