#include "gateway/webauthn/authenticator_data.h"

#include <string>
#include <utility>

#include "gateway/webauthn/cbor_reader.h"
#include "gateway/webauthn/cose_key.h"

namespace tollgate::webauthn {
namespace {

constexpr std::size_t kHashBytes = 32, kFlagBytes = 1, kCountBytes = 4, kIdSizeBytes = 2;

enum Flag : std::uint8_t {
    kUserPresent = 0x01,
    kUserVerified = 0x04,
    kBackupEligible = 0x08,
    kBackedUp = 0x10,
    kCredentialIncluded = 0x40,
    kExtensionsIncluded = 0x80,
};

std::unexpected<Status> malformed(std::string message) {
    return failure(StatusCode::invalid, std::move(message), "passkey_malformed");
}

// The bytes from the front of `rest`; fewer where there are no more, which the caller looks at.
std::string_view take(std::string_view& rest, std::size_t size) {
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(taken.size());
    return taken;
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

Result<AttestedCredential> read_credential(std::string_view& rest) {
    AttestedCredential credential;
    credential.aaguid = take(rest, kAaguidBytes);
    const std::string_view size = take(rest, kIdSizeBytes);
    const std::size_t id_bytes = big_endian(size);
    if (size.size() < kIdSizeBytes || id_bytes == 0 || id_bytes > kMostCredentialIdBytes || id_bytes > rest.size()) {
        return malformed("the id of the passkey cannot be read");
    }
    credential.id = take(rest, id_bytes);
    const auto key = PublicKey::read(rest);
    if (!key) return std::unexpected(key.error());
    credential.cose_key = take(rest, key->size);
    return credential;
}

}  // namespace

Result<AuthenticatorData> read_authenticator_data(std::string_view bytes) {
    if (bytes.size() < kHashBytes + kFlagBytes + kCountBytes || bytes.size() > kMostAuthenticatorDataBytes) {
        return malformed("the authenticator data has a wrong length");
    }
    AuthenticatorData data;
    data.rp_id_hash = take(bytes, kHashBytes);
    const auto flags = static_cast<std::uint8_t>(take(bytes, kFlagBytes).front());
    data.user_present = (flags & kUserPresent) != 0;
    data.user_verified = (flags & kUserVerified) != 0;
    data.backup_eligible = (flags & kBackupEligible) != 0;
    data.backed_up = (flags & kBackedUp) != 0;
    data.sign_count = big_endian(take(bytes, kCountBytes));
    if (data.backed_up && !data.backup_eligible) return malformed("the passkey is backed up and may not be");
    if ((flags & kCredentialIncluded) != 0) {
        auto credential = read_credential(bytes);
        if (!credential) return std::unexpected(std::move(credential.error()));
        data.credential = *credential;
    }
    if ((flags & kExtensionsIncluded) != 0) {
        CborReader extensions(bytes);
        CborReader whole(bytes);
        extensions.map();
        whole.skip();
        if (!extensions.ok() || !whole.ok()) return malformed("the authenticator's extensions cannot be read");
        bytes = whole.rest();
    }
    if (!bytes.empty()) return malformed("something stands behind the authenticator data");
    return data;
}

Result<std::string_view> read_attestation_object(std::string_view bytes) {
    if (bytes.size() > kMostAttestationBytes) return malformed("the attestation object is too large");
    CborReader reader(bytes);
    std::optional<std::string_view> format, data;
    bool has_statement = false, twice = false;
    for (std::size_t left = reader.map(); left > 0 && reader.ok(); --left) {
        const std::string_view name = reader.text();
        if (name == "fmt") {
            twice |= std::exchange(format, reader.text()).has_value();
        } else if (name == "authData") {
            twice |= std::exchange(data, reader.bytes()).has_value();
        } else {
            if (name == "attStmt") twice |= std::exchange(has_statement, true);
            reader.skip();
        }
    }
    if (!reader.ok() || !reader.rest().empty() || twice || !format || !data || !has_statement) {
        return malformed("the attestation object cannot be read");
    }
    return *data;
}

}  // namespace tollgate::webauthn
