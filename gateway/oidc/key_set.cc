#include "gateway/oidc/key_set.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/text/base64.h"

namespace tollgate::oidc {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kCoordinateBytes = 32;   // of P-256 and of Ed25519
constexpr std::size_t kMostExponentBytes = 8;  // OpenSSL's own bound for large moduli
constexpr std::size_t kMostIdBytes = 256;      // of a kid
constexpr unsigned char kUncompressed = 0x04;  // a point with both coordinates

template <class T, auto Free>
struct Freed {
    void operator()(T* one) const { Free(one); }
};
using Number = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM, OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Key = std::shared_ptr<EVP_PKEY>;

const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string_view text_in(const object& of, std::string_view name) {
    std::string_view text;
    return of[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::string bytes_in(const object& of, std::string_view name) {
    return from_base64_url(text_in(of, name)).value_or(std::string());
}

Key key_from(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        return nullptr;
    }
    return {key, EVP_PKEY_free};
}

Number number_of(const std::string& bytes) {
    return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

Key rsa_key(const object& jwk) {
    const std::string modulus = bytes_in(jwk, "n"), exponent = bytes_in(jwk, "e");
    if (modulus.empty() || modulus.size() > KeySet::kMostRsaBits / 8 || exponent.size() > kMostExponentBytes) return {};
    const Number n = number_of(modulus), e = number_of(exponent);
    const int bits = BN_num_bits(n.get());
    if (bits < KeySet::kLeastRsaBits || !BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get())) return {};
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return key_from("RSA", builder.get());
}

Key p256_key(const object& jwk) {
    const std::string x = bytes_in(jwk, "x"), y = bytes_in(jwk, "y");
    if (text_in(jwk, "crv") != "P-256" || x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return {};
    const std::string point = static_cast<char>(kUncompressed) + x + y;
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return key_from("EC", builder.get());  // none of a point that is not on the curve
}

Key ed25519_key(const object& jwk) {
    const std::string x = bytes_in(jwk, "x");
    if (text_in(jwk, "crv") != "Ed25519" || x.size() != kCoordinateBytes) return {};
    return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size()), EVP_PKEY_free};
}

// Whether the set's owner lets signatures be checked with it.
bool is_for_signatures(const object& jwk) {
    if (const std::string_view use = text_in(jwk, "use"); !use.empty() && use != "sig") return false;
    simdjson::dom::array operations;
    if (jwk["key_ops"].get(operations) != simdjson::SUCCESS) return true;
    return std::ranges::any_of(operations, [](const element& one) {
        std::string_view name;
        return one.get(name) == simdjson::SUCCESS && name == "verify";
    });
}

std::optional<SigningKey> read_key(const object& jwk) {
    SigningKey read{.id = std::string(text_in(jwk, "kid")), .algorithm = std::string(text_in(jwk, "alg"))};
    if (!is_for_signatures(jwk) || read.id.size() > kMostIdBytes) return std::nullopt;
    const std::string_view type = text_in(jwk, "kty");
    if (type == "RSA") {
        read.key = rsa_key(jwk);
    } else if (type == "EC") {
        read.type = SigningKeyType::p256;
        read.key = p256_key(jwk);
    } else if (type == "OKP") {
        read.type = SigningKeyType::ed25519;
        read.key = ed25519_key(jwk);
    }
    return read.key == nullptr ? std::nullopt : std::optional(std::move(read));
}

}  // namespace

Result<KeySet> KeySet::parse(std::string_view json) {
    if (json.size() > kMostBytes) return failure(StatusCode::full, "the set of keys is too large");
    simdjson::dom::parser parser;
    simdjson::dom::array keys;
    if (parser.parse(json.data(), json.size())["keys"].get(keys) != simdjson::SUCCESS) {
        return failure(StatusCode::invalid, "it is no set of keys");
    }
    KeySet set;
    std::size_t seen = 0;
    for (const element& one : keys) {
        if (++seen > kMostKeys) return failure(StatusCode::invalid, "the set has too many keys");
        object jwk;
        if (one.get(jwk) != simdjson::SUCCESS) return failure(StatusCode::invalid, "a key of the set is no object");
        if (auto key = read_key(jwk)) set.keys_.push_back(std::move(*key));
    }
    return set;
}

const SigningKey* KeySet::find(std::string_view id, SignatureAlgorithm algorithm, bool& several) const {
    const SigningKey* found = nullptr;
    several = false;
    for (const SigningKey& one : keys_) {
        if (one.type != key_type_of(algorithm) || (!id.empty() && one.id != id)) continue;
        if (!one.algorithm.empty() && one.algorithm != to_string(algorithm)) continue;
        several = found != nullptr;
        if (several) return nullptr;
        found = &one;
    }
    return found;
}

}  // namespace tollgate::oidc
