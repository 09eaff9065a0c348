// Public keys of credentials in the form of COSE (RFC 9052, RFC 9053), and signatures by them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "store/status.h"

struct evp_pkey_st;

namespace tollgate::webauthn {

// Those that are offered to authenticators, the best first, by their numbers in IANA's registry.
enum class CoseAlgorithm : std::int32_t { eddsa = -8, es256 = -7, rs256 = -257 };
inline constexpr std::array kCoseAlgorithms = {CoseAlgorithm::eddsa, CoseAlgorithm::es256, CoseAlgorithm::rs256};

inline constexpr std::size_t kMostCoseKeyBytes = 1024;
inline constexpr int kMinRsaBits = 2048, kMostRsaBits = 4096;

class PublicKey {
  public:
    // One COSE key at the beginning of the bytes; how many of them it is.
    struct Read;
    // invalid: it is none, or of another algorithm, or a point that is not on the curve.
    static Result<Read> read(std::string_view bytes);

    CoseAlgorithm algorithm() const { return algorithm_; }
    bool verifies(std::string_view signature, std::string_view message) const;

  private:
    struct Free {
        void operator()(evp_pkey_st* key) const;
    };
    using Handle = std::unique_ptr<evp_pkey_st, Free>;
    PublicKey(CoseAlgorithm algorithm, Handle key) : algorithm_(algorithm), key_(std::move(key)) {}

    struct Fields;
    static Result<PublicKey> make(const Fields& fields);

    CoseAlgorithm algorithm_;
    Handle key_;
};
struct PublicKey::Read {
    PublicKey key;
    std::size_t size;
};

}  // namespace tollgate::webauthn
