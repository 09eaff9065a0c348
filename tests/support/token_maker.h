// Keys and signed tokens for tests, as an identity provider makes them, good and bad.
#pragma once

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/oidc/signature.h"
#include "gateway/text/base64.h"

namespace tollgate::oidc {

class TestKey {
  public:
    static TestKey make(SigningKeyType type, unsigned rsa_bits = 2048) {
        switch (type) {
            case SigningKeyType::rsa:
                return TestKey(type, EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(rsa_bits)));
            case SigningKeyType::p256:
                return TestKey(type, EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
            case SigningKeyType::ed25519:
                break;
        }
        return TestKey(type, EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    }

    // Its public part; `more` is further members, each before a comma.
    std::string jwk(const std::string& kid, const std::string& more = {}) const {
        const std::string id = kid.empty() ? "" : R"("kid":")" + kid + R"(",)";
        switch (type_) {
            case SigningKeyType::rsa:
                return "{" + more + id + R"("kty":"RSA","n":")" + number("n") + R"(","e":")" + number("e") + "\"}";
            case SigningKeyType::p256:
                return "{" + more + id + R"("kty":"EC","crv":"P-256","x":")" + number("qx", 32) + R"(","y":")" +
                       number("qy", 32) + "\"}";
            case SigningKeyType::ed25519:
                break;
        }
        std::string bytes(32, '\0');
        std::size_t size = bytes.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
        return "{" + more + id + R"("kty":"OKP","crv":"Ed25519","x":")" + base64_url(bytes) + "\"}";
    }

    std::string sign(SignatureAlgorithm algorithm, std::string_view text) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        EVP_PKEY_CTX* settings = nullptr;
        const EVP_MD* const digest = algorithm == SignatureAlgorithm::eddsa ? nullptr : EVP_sha256();
        EVP_DigestSignInit(context.get(), &settings, digest, nullptr, key_.get());
        if (algorithm == SignatureAlgorithm::ps256) {
            EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
        }
        std::string signature(1024, '\0');
        std::size_t size = signature.size();
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
        signature.resize(size);
        return algorithm == SignatureAlgorithm::es256 ? numbers_of(signature) : signature;
    }

    // The whole public key in PEM: what a forger takes for a secret of HS256.
    std::string public_pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        PEM_write_bio_PUBKEY(out.get(), key_.get());
        char* text = nullptr;
        const long size = BIO_get_mem_data(out.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }

  private:
    TestKey(SigningKeyType type, EVP_PKEY* key) : type_(type), key_(key, EVP_PKEY_free) {}

    std::string number(const char* name, int width = 0) const {
        BIGNUM* found = nullptr;
        EVP_PKEY_get_bn_param(key_.get(), name, &found);
        std::string bytes(static_cast<std::size_t>(width > 0 ? width : BN_num_bytes(found)), '\0');
        BN_bn2binpad(found, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
        BN_free(found);
        return base64_url(bytes);
    }

    static std::string numbers_of(const std::string& der) {
        const auto* in = reinterpret_cast<const unsigned char*>(der.data());
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
            d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())), ECDSA_SIG_free);
        std::string numbers(64, '\0');
        auto* const out = reinterpret_cast<unsigned char*>(numbers.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out + 32, 32);
        return numbers;
    }

    SigningKeyType type_;
    std::shared_ptr<EVP_PKEY> key_;
};

inline std::string signed_text_of(std::string_view header, std::string_view payload) {
    return base64_url(header) + "." + base64_url(payload);
}

inline std::string signed_token(const TestKey& key, SignatureAlgorithm algorithm, std::string_view header,
                                std::string_view payload) {
    const std::string text = signed_text_of(header, payload);
    return text + "." + base64_url(key.sign(algorithm, text));
}

inline std::string hmac_token(std::string_view secret, std::string_view header, std::string_view payload) {
    const std::string text = signed_text_of(header, payload);
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()), &size);
    digest.resize(size);
    return text + "." + base64_url(digest);
}

}  // namespace tollgate::oidc
