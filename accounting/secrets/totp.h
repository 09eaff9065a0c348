// One-time codes of authenticator apps: RFC 6238 by HMAC-SHA-1, six digits, a step of 30 seconds, which is what all of
// them have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/secrets/locked_bytes.h"
#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kTotpSecretBytes = 20;  // RFC 4226, section 4: as long as the hash
inline constexpr std::size_t kTotpDigits = 6;
inline constexpr std::int64_t kTotpStepMs = 30'000;
inline constexpr std::int64_t kTotpWindow = 1;  // steps before and after this one that count, for clocks that differ

Result<LockedBytes> make_totp_secret();

// `step`: how many of them had passed at the time since 1970.
std::string totp_code(std::string_view secret, std::int64_t step);
// Which step's code was typed, of those that count now and come after the one that was used last; nullopt: none.
// Blanks make no difference, and the time that it takes says nothing.
std::optional<std::int64_t> find_totp_step(std::string_view secret, std::string_view typed, std::int64_t now_ms,
                                           std::int64_t last_used_step);

// RFC 4648, section 6, without padding: as people type a secret into an app.
std::string base32(std::string_view bytes);
// What an app reads from a QR code. `issuer` and `account` are shown there.
std::string otpauth_url(std::string_view issuer, std::string_view account, std::string_view secret);

}  // namespace tollgate
