#include "gateway/webauthn/ceremony.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <utility>

#include "gateway/webauthn/authenticator_data.h"
#include "gateway/webauthn/client_data.h"

namespace tollgate::webauthn {
namespace {

std::string sha256(std::string_view bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

Status invalid(std::string message, std::string_view reason) {
    return {StatusCode::invalid, std::move(message), reason};
}

Status check_client_data(const Ceremony& ceremony, const ClientData& data, std::string_view type) {
    if (data.type != type) return invalid("this is the answer of another ceremony", "ceremony_mismatch");
    if (data.origin != ceremony.party.origin || data.cross_origin) {
        return invalid("the passkey was used on another page than " + ceremony.party.origin, "origin_mismatch");
    }
    return ceremony.challenges.check(data.challenge, ceremony.use, ceremony.now_ms);
}

Status check_authenticator_data(const Ceremony& ceremony, const AuthenticatorData& data) {
    if (data.rp_id_hash != sha256(ceremony.party.id)) {
        return invalid("the passkey is of another site than " + ceremony.party.id, "rp_id_mismatch");
    }
    if (!data.user_present) return invalid("nobody was at the authenticator", "user_presence_missing");
    return {};
}

CredentialState state_of(const AuthenticatorData& data) {
    return {.sign_count = data.sign_count,
            .user_verified = data.user_verified,
            .backup_eligible = data.backup_eligible,
            .backed_up = data.backed_up};
}

}  // namespace

Result<NewCredential> finish_registration(const Ceremony& ceremony, const RegistrationResponse& response) {
    const auto client = read_client_data(response.client_data_json);
    if (!client) return std::unexpected(client.error());
    if (Status status = check_client_data(ceremony, *client, "webauthn.create"); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const auto bytes = read_attestation_object(response.attestation_object);
    if (!bytes) return std::unexpected(bytes.error());
    const auto data = read_authenticator_data(*bytes);
    if (!data) return std::unexpected(data.error());
    if (Status status = check_authenticator_data(ceremony, *data); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    if (!data->credential) {
        return std::unexpected(invalid("the authenticator data has no credential", "passkey_malformed"));
    }
    const auto key = PublicKey::read(data->credential->cose_key);
    if (!key) return std::unexpected(key.error());
    if (Status status = ceremony.challenges.use_up(client->challenge, ceremony.now_ms); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return NewCredential{.id = std::string(data->credential->id),
                         .cose_key = std::string(data->credential->cose_key),
                         .aaguid = std::string(data->credential->aaguid),
                         .algorithm = key->key.algorithm(),
                         .state = state_of(*data)};
}

Result<CredentialState> finish_assertion(const Ceremony& ceremony, const AssertionResponse& response,
                                         std::string_view cose_key) {
    const auto client = read_client_data(response.client_data_json);
    if (!client) return std::unexpected(client.error());
    if (Status status = check_client_data(ceremony, *client, "webauthn.get"); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const auto data = read_authenticator_data(response.authenticator_data);
    if (!data) return std::unexpected(data.error());
    if (Status status = check_authenticator_data(ceremony, *data); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const auto key = PublicKey::read(cose_key);
    if (!key) return std::unexpected(key.error());
    const bool good =
        response.signature.size() <= kMostSignatureBytes &&
        key->key.verifies(response.signature, response.authenticator_data + sha256(response.client_data_json));
    if (!good) return std::unexpected(invalid("the passkey's signature is not good", "signature_invalid"));
    if (Status status = ceremony.challenges.use_up(client->challenge, ceremony.now_ms); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return state_of(*data);
}

}  // namespace tollgate::webauthn
