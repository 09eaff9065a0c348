// An authenticator of three kinds of key, for tests: it makes credentials and signs for whatever page asks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/webauthn/ceremony.h"

struct evp_pkey_st;

namespace tollgate::webauthn {

std::string sha256_of(std::string_view bytes);

class SoftwareAuthenticator {
  public:
    explicit SoftwareAuthenticator(CoseAlgorithm algorithm);

    // What a browser and an authenticator say; a test changes what it wants to.
    struct Says {
        std::string type = {}, challenge = {}, origin = "https://tollgate.example.com", rp_id = "tollgate.example.com";
        std::string further_client_data = {};  // members of JSON, each with a comma before it
        std::uint8_t flags = 0x05;             // present and verified
        std::uint32_t sign_count = 0;
        std::string cose_key = {};  // in place of its own
    };
    RegistrationResponse create(Says says) const;
    AssertionResponse get(Says says) const;

    const std::string& credential_id() const { return credential_id_; }
    std::string cose_key() const;
    std::string sign(std::string_view message) const;

  private:
    struct Free {
        void operator()(evp_pkey_st* key) const;
    };
    CoseAlgorithm algorithm_;
    std::unique_ptr<evp_pkey_st, Free> key_;
    std::string credential_id_;
};

// CBOR, of what is short enough for it: a byte string, a text, and the object of an attestation.
std::string cbor_head(std::uint8_t major, std::size_t size);
std::string cbor_bytes(std::string_view bytes);
std::string cbor_text(std::string_view text);
std::string attestation_object(std::string_view authenticator_data);

}  // namespace tollgate::webauthn
