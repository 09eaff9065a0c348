#include "tests/unit/gateway/webauthn/software_authenticator.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "gateway/text/base64.h"

namespace tollgate::webauthn {
namespace {

constexpr std::size_t kRsaBits = 2048;

std::string big_endian(std::uint64_t number, std::size_t bytes) {
    std::string out;
    for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xff);
    return out;
}

evp_pkey_st* made_key(CoseAlgorithm algorithm) {
    if (algorithm == CoseAlgorithm::eddsa) return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    if (algorithm == CoseAlgorithm::rs256) return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kRsaBits);
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
}

std::string number_of(evp_pkey_st* key, const char* name, int least_bytes) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    const int size = std::max(BN_num_bytes(number), least_bytes);
    std::string bytes(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size);
    BN_free(number);
    return bytes;
}

std::string client_data(const SoftwareAuthenticator::Says& says, std::string_view type) {
    return R"({"type":")" + (says.type.empty() ? std::string(type) : says.type) + R"(","challenge":")" +
           base64_url(says.challenge) + R"(","origin":")" + says.origin + '"' + says.further_client_data + '}';
}

std::string authenticator_data(const SoftwareAuthenticator::Says& says, std::uint8_t further_flags) {
    return sha256_of(says.rp_id) + static_cast<char>(says.flags | further_flags) + big_endian(says.sign_count, 4);
}

}  // namespace

std::string sha256_of(std::string_view bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

std::string cbor_head(std::uint8_t major, std::size_t size) {
    const auto first = [major](std::size_t additional) {
        return std::string(1, static_cast<char>(major << 5 | additional));
    };
    if (size < 24) return first(size);
    if (size < 256) return first(24) + big_endian(size, 1);
    return first(25) + big_endian(size, 2);
}
std::string cbor_bytes(std::string_view bytes) { return cbor_head(2, bytes.size()) + std::string(bytes); }
std::string cbor_text(std::string_view text) { return cbor_head(3, text.size()) + std::string(text); }

std::string attestation_object(std::string_view authenticator_data) {
    return cbor_head(5, 3) + cbor_text("fmt") + cbor_text("none") + cbor_text("attStmt") + cbor_head(5, 0) +
           cbor_text("authData") + cbor_bytes(authenticator_data);
}

void SoftwareAuthenticator::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

SoftwareAuthenticator::SoftwareAuthenticator(CoseAlgorithm algorithm)
    : algorithm_(algorithm), key_(made_key(algorithm)), credential_id_(32, '\0') {
    RAND_bytes(reinterpret_cast<unsigned char*>(credential_id_.data()), static_cast<int>(credential_id_.size()));
}

std::string SoftwareAuthenticator::cose_key() const {
    const auto number = [this](const char* name, int bytes) { return cbor_bytes(number_of(key_.get(), name, bytes)); };
    if (algorithm_ == CoseAlgorithm::eddsa) {
        std::size_t size = 32;
        std::string x(size, '\0');
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
        return "\xa4\x01\x01\x03\x27\x20\x06\x21" + cbor_bytes(x);
    }
    if (algorithm_ == CoseAlgorithm::rs256) {
        return std::string("\xa4\x01\x03\x03\x39\x01\x00\x20", 8) + number(OSSL_PKEY_PARAM_RSA_N, 0) + "\x21" +
               number(OSSL_PKEY_PARAM_RSA_E, 0);
    }
    return "\xa5\x01\x02\x03\x26\x20\x01\x21" + number(OSSL_PKEY_PARAM_EC_PUB_X, 32) + "\x22" +
           number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
}

std::string SoftwareAuthenticator::sign(std::string_view message) const {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(message.data());
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    const EVP_MD* const digest = algorithm_ == CoseAlgorithm::eddsa ? nullptr : EVP_sha256();
    std::size_t size = 0;
    EVP_DigestSignInit(context, nullptr, digest, nullptr, key_.get());
    EVP_DigestSign(context, nullptr, &size, bytes, message.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, message.size());
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return signature;
}

RegistrationResponse SoftwareAuthenticator::create(Says says) const {
    const std::string credential = std::string(16, '\0') + big_endian(credential_id_.size(), 2) + credential_id_ +
                                   (says.cose_key.empty() ? cose_key() : says.cose_key);
    return {.client_data_json = client_data(says, "webauthn.create"),
            .attestation_object = attestation_object(authenticator_data(says, 0x40) + credential)};
}

AssertionResponse SoftwareAuthenticator::get(Says says) const {
    AssertionResponse response{.client_data_json = client_data(says, "webauthn.get"),
                               .authenticator_data = authenticator_data(says, 0),
                               .signature = {}};
    response.signature = sign(response.authenticator_data + sha256_of(response.client_data_json));
    return response;
}

}  // namespace tollgate::webauthn
