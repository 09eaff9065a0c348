#include "gateway/webauthn/cose_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>
#include <string>

#include "gateway/webauthn/cbor_reader.h"

namespace tollgate::webauthn {
namespace {

// Labels of RFC 9052, section 7.1, and of RFC 9053, section 7; those below zero mean what the type of key says.
constexpr std::int64_t kKeyType = 1, kAlgorithm = 3;
constexpr std::int64_t kOkp = 1, kEc2 = 2, kRsa = 3;
constexpr std::int64_t kCurveP256 = 1, kCurveEd25519 = 6;
constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kMostExponentBytes = 4;
constexpr std::size_t kMostLabels = 16;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

template <class T, auto FreeIt>
struct FreeBy {
    void operator()(T* value) const { FreeIt(value); }
};
template <class T, auto FreeIt>
using Owned = std::unique_ptr<T, FreeBy<T, FreeIt>>;
using Number = Owned<BIGNUM, BN_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using ParameterBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;

std::unexpected<Status> bad_key(std::string message) {
    return failure(StatusCode::invalid, std::move(message), "passkey_malformed");
}
std::unexpected<Status> other_algorithm() {
    return failure(StatusCode::invalid, "the passkey's key must be of ES256, RS256 or EdDSA", "algorithm_unsupported");
}

EVP_PKEY* key_from(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
    return EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1 ? key : nullptr;
}

// Null where the point is not on the curve.
EVP_PKEY* p256_key(std::string_view x, std::string_view y) {
    if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return nullptr;
    const std::string point = '\x04' + std::string(x) + std::string(y);  // uncompressed
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!builder) return nullptr;
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    EVP_PKEY* const key = key_from("EC", builder.get());
    const KeyContext check(key != nullptr ? EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr) : nullptr);
    if (check && EVP_PKEY_public_check(check.get()) == 1) return key;
    EVP_PKEY_free(key);
    return nullptr;
}

// Whether the modulus is a good one is its owner's affair, and would take long to find out.
EVP_PKEY* rsa_key(std::string_view modulus, std::string_view exponent) {
    if (modulus.size() > kMostRsaBits / 8 || exponent.size() > kMostExponentBytes) return nullptr;
    const Number n(BN_bin2bn(bytes_of(modulus), static_cast<int>(modulus.size()), nullptr));
    const Number e(BN_bin2bn(bytes_of(exponent), static_cast<int>(exponent.size()), nullptr));
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!n || !e || !builder || BN_num_bits(n.get()) < kMinRsaBits || BN_is_odd(n.get()) == 0) return nullptr;
    if (BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1) return nullptr;
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return key_from("RSA", builder.get());
}

EVP_PKEY* ed25519_key(std::string_view x) {
    if (x.size() != kCoordinateBytes) return nullptr;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size());
}

}  // namespace

// What stands below -1, -2 and -3: the curve, x and y, or of RSA n and e.
struct PublicKey::Fields {
    std::optional<std::int64_t> type, algorithm, curve;
    std::optional<std::string_view> first, second;  // x and y, or n and e

    // False: it is not what such a label has, or stands twice.
    bool read(std::int64_t label, CborReader& reader);
};

bool PublicKey::Fields::read(std::int64_t label, CborReader& reader) {
    const auto set_once = [](auto& field, auto value) { return !std::exchange(field, value).has_value(); };
    if (label == kKeyType) return set_once(type, reader.integer());
    if (label == kAlgorithm) return set_once(algorithm, reader.integer());
    const bool is_rsa = type == kRsa;  // canonical CBOR has the type before whatever depends on it
    if (label == -1 && !is_rsa) return set_once(curve, reader.integer());
    if (label == -1 || (label == -2 && !is_rsa)) return set_once(first, reader.bytes());
    if (label == -2 || label == -3) return set_once(second, reader.bytes());
    reader.skip();
    return true;
}

void PublicKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<PublicKey> PublicKey::make(const Fields& fields) {
    const std::string_view first = fields.first.value_or(""), second = fields.second.value_or("");
    const auto is = [&](CoseAlgorithm algorithm, std::int64_t type, std::optional<std::int64_t> curve) {
        return fields.algorithm == static_cast<std::int64_t>(algorithm) && fields.type == type && fields.curve == curve;
    };
    const auto made = [](CoseAlgorithm algorithm, EVP_PKEY* key) -> Result<PublicKey> {
        if (key == nullptr) return bad_key("the passkey's public key is not a good one");
        return PublicKey(algorithm, Handle(key));
    };
    if (is(CoseAlgorithm::es256, kEc2, kCurveP256)) return made(CoseAlgorithm::es256, p256_key(first, second));
    if (is(CoseAlgorithm::rs256, kRsa, std::nullopt)) return made(CoseAlgorithm::rs256, rsa_key(first, second));
    if (is(CoseAlgorithm::eddsa, kOkp, kCurveEd25519)) return made(CoseAlgorithm::eddsa, ed25519_key(first));
    return other_algorithm();
}

Result<PublicKey::Read> PublicKey::read(std::string_view bytes) {
    CborReader reader(bytes);
    Fields fields;
    bool good = true;
    const std::size_t labels = reader.map();
    if (labels > kMostLabels) reader.fail();
    for (std::size_t i = 0; i < labels && reader.ok() && good; ++i) good = fields.read(reader.integer(), reader);
    const std::size_t size = bytes.size() - reader.rest().size();
    if (!reader.ok() || !good || size > kMostCoseKeyBytes) return bad_key("the passkey's public key cannot be read");
    auto key = make(fields);
    if (!key) return std::unexpected(std::move(key.error()));
    return Read{.key = std::move(*key), .size = size};
}

bool PublicKey::verifies(std::string_view signature, std::string_view message) const {
    const DigestContext context(EVP_MD_CTX_new());
    const EVP_MD* const digest = algorithm_ == CoseAlgorithm::eddsa ? nullptr : EVP_sha256();
    return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) ==
               1;
}

}  // namespace tollgate::webauthn
