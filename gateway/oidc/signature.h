// Signatures of JSON Web Tokens (RFC 7518, section 3; RFC 8037): the few algorithms that identity providers use and
// that a public key checks. There is neither "none" nor an HMAC among them, so that no token can ask for one.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <string_view>

namespace tollgate::oidc {

enum class SignatureAlgorithm : std::uint8_t { rs256, ps256, es256, eddsa };
std::string_view to_string(SignatureAlgorithm algorithm);  // "RS256"
// False, and `algorithm` unchanged: it is none of them.
bool parse(std::string_view text, SignatureAlgorithm& algorithm);

// What a key is for.
enum class SigningKeyType : std::uint8_t { rsa, p256, ed25519 };
SigningKeyType key_type_of(SignatureAlgorithm algorithm);

// `key` is of the algorithm's type.
bool verify_signature(SignatureAlgorithm algorithm, EVP_PKEY& key, std::string_view text, std::string_view signature);

}  // namespace tollgate::oidc
