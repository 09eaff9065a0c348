#include "accounting/secrets/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>

#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kCodes = 1'000'000;  // ten to the power of kTotpDigits

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// RFC 4226, section 5.3.
std::uint32_t truncated_hmac(std::string_view secret, std::uint64_t counter) {
    const std::string message = encode_u64(counter);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), bytes_of(message), message.size(),
             digest.data(), &size) == nullptr) {
        std::abort();
    }
    const std::size_t at = digest[size - 1] & 0xf;
    return (digest[at] & 0x7fU) << 24 | static_cast<std::uint32_t>(digest[at + 1]) << 16 |
           static_cast<std::uint32_t>(digest[at + 2]) << 8 | digest[at + 3];
}

// RFC 3986: what is neither reserved nor in need of it stays.
std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        const auto byte = static_cast<unsigned char>(c);
        plain ? out += c : out.append({'%', kHex[byte >> 4], kHex[byte & 0xf]});
    }
    return out;
}

}  // namespace

Result<LockedBytes> make_totp_secret() {
    auto secret = LockedBytes::make(kTotpSecretBytes);
    if (secret && RAND_bytes(secret->bytes().data(), kTotpSecretBytes) != 1) std::abort();  // none may be guessable
    return secret;
}

std::string totp_code(std::string_view secret, std::int64_t step) {
    std::string digits = std::to_string(truncated_hmac(secret, static_cast<std::uint64_t>(step)) % kCodes);
    return std::string(kTotpDigits - digits.size(), '0') + digits;
}

std::optional<std::int64_t> find_totp_step(std::string_view secret, std::string_view typed, std::int64_t now_ms,
                                           std::int64_t last_used_step) {
    std::string digits(typed);
    std::erase(digits, ' ');
    if (digits.size() != kTotpDigits) return std::nullopt;
    const std::int64_t now = now_ms / kTotpStepMs;
    std::optional<std::int64_t> found;
    for (std::int64_t step = now - kTotpWindow; step <= now + kTotpWindow; ++step) {
        const bool same = CRYPTO_memcmp(totp_code(secret, step).data(), digits.data(), kTotpDigits) == 0;
        if (same && step > last_used_step && !found) found = step;
    }
    return found;
}

std::string base32(std::string_view bytes) {
    static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const unsigned char* byte = bytes_of(bytes); byte != bytes_of(bytes) + bytes.size(); ++byte) {
        bits = bits << 8 | *byte;
        for (count += 8; count >= 5; count -= 5) text += kAlphabet[bits >> (count - 5) & 31];
    }
    if (count > 0) text += kAlphabet[bits << (5 - count) & 31];
    return text;
}

std::string otpauth_url(std::string_view issuer, std::string_view account, std::string_view secret) {
    const std::string name = percent_encoded(issuer);
    return "otpauth://totp/" + name + ":" + percent_encoded(account) + "?secret=" + base32(secret) + "&issuer=" + name +
           "&algorithm=SHA1&digits=" + std::to_string(kTotpDigits) + "&period=" + std::to_string(kTotpStepMs / 1000);
}

}  // namespace tollgate
