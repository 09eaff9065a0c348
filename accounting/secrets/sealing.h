// Sealed bytes: AES-256-GCM (NIST SP 800-38D), with a nonce of 96 random bits. What is sealed for one place opens at no
// other: the place is authenticated with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "accounting/secrets/locked_bytes.h"
#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kSealingKeyBytes = 32;
using SealingKey = std::span<const std::uint8_t, kSealingKeyBytes>;

// The result is the format's number, the nonce, the ciphertext and the tag: 29 bytes more than the plaintext.
std::string seal(SealingKey key, std::string_view place, std::string_view plaintext);
// corrupt: it was not sealed by this key for this place, or has been altered.
Result<LockedBytes> unseal(SealingKey key, std::string_view place, std::string_view sealed);

Result<LockedBytes> make_sealing_key();

// Lower-case hexadecimal, as documents hold what is sealed.
std::string to_hex_text(std::string_view bytes);
std::optional<std::string> parse_hex_text(std::string_view text);

}  // namespace tollgate
