#include "accounting/accounts/api_key.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "accounting/money/enum_names.h"

namespace tollgate {
namespace {

// In the order of KeyKind's values.
constexpr std::array<std::string_view, 5> kKinds = {"inference", "management", "root", "personal", "service"};

constexpr std::string_view kKeyPrefix = "sk-tg-v1-";
constexpr std::string_view kRootKeyPrefix = "sk-tg-root-";
constexpr std::string_view kPersonalTokenPrefix = "sk-tg-user-";
constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kSecretWords = 8;         // of 32 bits
constexpr std::size_t kSecretCharacters = 43;   // 62^43 > 2^256
constexpr std::size_t kChecksumCharacters = 6;  // 62^6 > 2^32

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t remainder = byte;
        for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xEDB88320U : 0U);
        table[byte] = remainder;
    }
    return table;
}
constexpr auto kCrcTable = make_crc_table();

// CRC-32 as in zlib and RFC 1952.
constexpr std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : text) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xFF];
    return ~crc;
}
static_assert(crc32("123456789") == 0xCBF43926U);  // the check value in the catalogue of CRCs

std::array<char, kChecksumCharacters> checksum_of(std::string_view text) {
    std::array<char, kChecksumCharacters> out{};
    std::uint32_t rest = crc32(text);
    for (std::size_t i = out.size(); i-- > 0; rest /= 62) out[i] = kBase62[rest % 62];
    return out;
}

// Appends the number as base 62 digits, most significant first.
void append_base62(std::string& out, std::array<std::uint32_t, kSecretWords>& number) {
    std::array<char, kSecretCharacters> digits{};
    for (std::size_t i = digits.size(); i-- > 0;) {
        std::uint64_t remainder = 0;
        for (std::uint32_t& word : number) {
            const std::uint64_t value = (remainder << 32) | word;
            word = static_cast<std::uint32_t>(value / 62);
            remainder = value % 62;
        }
        digits[i] = kBase62[remainder];
    }
    out.append(digits.data(), digits.size());
    OPENSSL_cleanse(digits.data(), digits.size());
}

std::string_view prefix_of(KeyKind kind) {
    switch (kind) {
        case KeyKind::root:
            return kRootKeyPrefix;
        case KeyKind::personal:
            return kPersonalTokenPrefix;
        case KeyKind::inference:
        case KeyKind::management:
        case KeyKind::service:
            break;
    }
    return kKeyPrefix;
}

}  // namespace

std::string_view to_string(KeyKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

bool parse(std::string_view text, KeyKind& kind) { return parse_name(kKinds, text, kind); }

std::string generate_secret(std::string_view prefix) {
    std::array<std::uint32_t, kSecretWords> secret{};
    if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), sizeof secret) != 1) {
        std::fputs("tollgate: no randomness for an API key\n", stderr);  // a guessable key is worse than no process
        std::abort();
    }
    std::string text;
    text.reserve(prefix.size() + kSecretCharacters + kChecksumCharacters);
    text = prefix;
    append_base62(text, secret);  // leaves `secret` zero
    const auto checksum = checksum_of(text);
    return text.append(checksum.data(), checksum.size());
}

NewKey generate_key(KeyKind kind) {
    NewKey key;
    key.plaintext = generate_secret(prefix_of(kind));
    key.digest = digest_key(key.plaintext);
    return key;
}

KeyEnds key_ends(std::string_view plaintext) {
    constexpr std::size_t kRandomPart = kSecretCharacters + kChecksumCharacters;
    KeyEnds ends;
    if (plaintext.size() < kRandomPart) return ends;
    const std::string_view random = plaintext.substr(plaintext.size() - kRandomPart);
    random.copy(ends.first.data(), ends.first.size());
    random.substr(random.size() - ends.last.size()).copy(ends.last.data(), ends.last.size());
    return ends;
}

std::string key_label(KeyKind kind, const KeyEnds& ends) {
    std::string label(prefix_of(kind));
    label.append(ends.first.data(), ends.first.size()).append("...");
    return label.append(ends.last.data(), ends.last.size());
}

}  // namespace tollgate
