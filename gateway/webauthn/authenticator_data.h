// What an authenticator says beside its signature (WebAuthn Level 3, section 6.1), and the attestation object that
// holds it when a credential is made (section 6.5).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/status.h"

namespace tollgate::webauthn {

inline constexpr std::size_t kMostAttestationBytes = 32 * 1024;  // certificates are in some
inline constexpr std::size_t kMostAuthenticatorDataBytes = 4096;
inline constexpr std::size_t kMostCredentialIdBytes = 1023;  // section 5.8.3
inline constexpr std::size_t kAaguidBytes = 16;

struct AttestedCredential {
    std::string_view aaguid;  // the model of the authenticator; zeros: it does not say
    std::string_view id;
    std::string_view cose_key;  // exactly; of an algorithm that we know
};

// Points into the bytes that it was read from.
struct AuthenticatorData {
    std::string_view rp_id_hash;
    bool user_present = false, user_verified = false;
    bool backup_eligible = false, backed_up = false;
    std::uint32_t sign_count = 0;
    std::optional<AttestedCredential> credential = {};
};

// The whole of the bytes. invalid: passkey_malformed, algorithm_unsupported.
Result<AuthenticatorData> read_authenticator_data(std::string_view bytes);

// The authenticator data in an attestation object. What the attestation statement says is not judged: which make of
// authenticator people use is theirs to choose.
Result<std::string_view> read_attestation_object(std::string_view bytes);

}  // namespace tollgate::webauthn
