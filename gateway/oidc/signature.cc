#include "gateway/oidc/signature.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "accounting/money/enum_names.h"

namespace tollgate::oidc {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"RS256", "PS256", "ES256", "EdDSA"};
constexpr std::size_t kP256Bytes = 32;  // of each of the two numbers

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// The two numbers side by side (RFC 7518, section 3.4) as OpenSSL reads them. Empty: they are not two.
std::string der_of(std::string_view numbers) {
    if (numbers.size() != 2 * kP256Bytes) return {};
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
    BIGNUM* const r = BN_bin2bn(bytes_of(numbers), kP256Bytes, nullptr);
    BIGNUM* const s = BN_bin2bn(bytes_of(numbers) + kP256Bytes, kP256Bytes, nullptr);
    if (ECDSA_SIG_set0(pair.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return {};
    }
    std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_ECDSA_SIG(pair.get(), &out);
    return der;
}

// RFC 7518, section 3.5: the salt is as long as the digest.
bool use_pss(EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

std::string_view to_string(SignatureAlgorithm algorithm) { return kNames.at(static_cast<std::size_t>(algorithm)); }

bool parse(std::string_view text, SignatureAlgorithm& algorithm) { return parse_name(kNames, text, algorithm); }

SigningKeyType key_type_of(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::es256:
            return SigningKeyType::p256;
        case SignatureAlgorithm::eddsa:
            return SigningKeyType::ed25519;
        case SignatureAlgorithm::rs256:
        case SignatureAlgorithm::ps256:
            break;
    }
    return SigningKeyType::rsa;
}

bool verify_signature(SignatureAlgorithm algorithm, EVP_PKEY& key, std::string_view text, std::string_view signature) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const EVP_MD* const digest = algorithm == SignatureAlgorithm::eddsa ? nullptr : EVP_sha256();  // it has its own
    EVP_PKEY_CTX* settings = nullptr;                                                              // the context's
    if (EVP_DigestVerifyInit(context.get(), &settings, digest, nullptr, &key) != 1) return false;
    if (algorithm == SignatureAlgorithm::ps256 && !use_pss(settings)) return false;
    const std::string der = algorithm == SignatureAlgorithm::es256 ? der_of(signature) : std::string();
    if (algorithm == SignatureAlgorithm::es256) signature = der;
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace tollgate::oidc
