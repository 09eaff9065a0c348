// The two ceremonies of WebAuthn Level 3: section 7.1 makes a credential known, section 7.2 proves that somebody has
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/webauthn/challenges.h"
#include "gateway/webauthn/cose_key.h"
#include "gateway/webauthn/relying_party.h"
#include "store/status.h"

namespace tollgate::webauthn {

struct Ceremony {
    const RelyingParty& party;
    Challenges& challenges;
    ChallengeUse use;  // what the challenge must have been made for
    std::int64_t now_ms = 0;
};

// Bytes, decoded from what the browser sends.
struct RegistrationResponse {
    std::string client_data_json, attestation_object;
};
struct AssertionResponse {
    std::string client_data_json, authenticator_data, signature;
};

inline constexpr std::size_t kMostSignatureBytes = 1024;

// What one ceremony said of the credential. Of what may differ the next time nothing is held against it: the count goes
// back, and the backup flags change, where a credential is on several devices.
struct CredentialState {
    std::uint32_t sign_count = 0;
    bool user_verified = false;
    bool backup_eligible = false, backed_up = false;
};
struct NewCredential {
    std::string id, cose_key, aaguid;
    CoseAlgorithm algorithm = CoseAlgorithm::es256;
    CredentialState state = {};
};

// Both use up their challenge, and only if all is well. The reasons of what is invalid:
//   passkey_malformed      bytes that cannot be read
//   ceremony_mismatch      the answer of the other ceremony
//   challenge_invalid      see challenges.h
//   origin_mismatch        of another page, or of one in a frame of another's
//   rp_id_mismatch         of another site's credential
//   user_presence_missing
//   algorithm_unsupported
//   signature_invalid
Result<NewCredential> finish_registration(const Ceremony& ceremony, const RegistrationResponse& response);
// `cose_key`: as it was registered, of the credential that the answer names.
Result<CredentialState> finish_assertion(const Ceremony& ceremony, const AssertionResponse& response,
                                         std::string_view cose_key);

}  // namespace tollgate::webauthn
