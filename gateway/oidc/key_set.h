// The public keys of an identity provider, as it publishes them (RFC 7517): a set, of which those are kept that a
// signature can be checked with.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/oidc/signature.h"
#include "store/status.h"

namespace tollgate::oidc {

struct SigningKey {
    std::string id = {};         // kid; empty: it has none
    std::string algorithm = {};  // alg; empty: whatever its type can do
    SigningKeyType type = SigningKeyType::rsa;
    std::shared_ptr<EVP_PKEY> key = {};
};

class KeySet {
  public:
    static constexpr std::size_t kMostBytes = 256 << 10;
    static constexpr std::size_t kMostKeys = 64;
    static constexpr int kLeastRsaBits = 2048, kMostRsaBits = 8192;

    // Keys of another kind, for another use, or of a size that nobody should use are left out (RFC 7517, section 5).
    // invalid: it is no set of keys, or has too many; full: too large.
    static Result<KeySet> parse(std::string_view json);

    const std::vector<SigningKey>& keys() const { return keys_; }

    // The key that a token of that header was signed with. Null, and `several`: more than one would do, so that it is
    // not known which. A token without an id fits the only key of its algorithm.
    const SigningKey* find(std::string_view id, SignatureAlgorithm algorithm, bool& several) const;

  private:
    std::vector<SigningKey> keys_;
};

}  // namespace tollgate::oidc
