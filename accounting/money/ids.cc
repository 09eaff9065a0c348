#define OPENSSL_SUPPRESS_DEPRECATED  // SHA256_Init
#include "accounting/money/ids.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>

namespace tollgate {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
// Of a ULID, behind the time.
constexpr std::uint32_t kNodeBits = 10, kWorkerBits = 10, kSequenceBits = 16, kRandomBits = 44;
static_assert(kNodeBits + kWorkerBits + kSequenceBits + kRandomBits == 80);
constexpr std::uint64_t mask_of(std::uint32_t bits) { return (std::uint64_t{1} << bits) - 1; }

void fill_random(std::span<std::uint8_t> out) {
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
        std::fputs("tollgate: no randomness from the system\n", stderr);
        std::abort();
    }
}

void write_time(std::int64_t unix_ms, Id128& id) {
    const auto ms = static_cast<std::uint64_t>(unix_ms);
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int crockford_value(char c) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const auto at = kCrockford.find(upper);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool is_uuid_dash(std::size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

}  // namespace

Id128 make_uuid7(std::int64_t unix_ms) {
    Id128 id;
    fill_random(std::span(id.bytes).subspan(6));
    write_time(unix_ms, id);
    id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

std::string to_uuid(const Id128& id) {
    std::string text;
    text.reserve(kUuidText);
    for (const std::uint8_t byte : id.bytes) {
        if (is_uuid_dash(text.size())) text.push_back('-');
        text.push_back(kHex[byte >> 4]);
        text.push_back(kHex[byte & 0xf]);
    }
    return text;
}

std::optional<Id128> parse_uuid(std::string_view text) {
    if (text.size() != kUuidText) return std::nullopt;
    Id128 id;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_uuid_dash(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int value = hex_value(text[i]);
        if (value < 0) return std::nullopt;
        std::uint8_t& byte = id.bytes[digits++ / 2];
        byte = static_cast<std::uint8_t>((byte << 4) | value);
    }
    return id;
}

UlidGenerator::UlidGenerator(std::uint32_t worker, std::uint32_t node)
    : origin_((node & mask_of(kNodeBits)) << kWorkerBits | (worker & mask_of(kWorkerBits))), pool_used_(pool_.size()) {}

std::uint64_t UlidGenerator::random() {
    static_assert(kRandomBytes * 8 >= kRandomBits && kRandomBytes <= sizeof(std::uint64_t));
    if (pool_used_ == pool_.size()) {
        fill_random(pool_);
        pool_used_ = 0;
    }
    std::uint64_t bits = 0;
    std::memcpy(&bits, pool_.data() + pool_used_, kRandomBytes);
    pool_used_ += kRandomBytes;
    return bits & mask_of(kRandomBits);
}

Id128 UlidGenerator::next(std::int64_t unix_ms) {
    // A clock that steps back a little must not make ids descend. One that was far ahead and is right again must not
    // leave its mark on all that follow: budgets go by the time in the id.
    const std::int64_t at_ms = unix_ms < last_ms_ - kMostStepBackMs ? unix_ms : std::max(last_ms_, unix_ms);
    sequence_ = at_ms == last_ms_ ? sequence_ + 1 : 0;
    last_ms_ = at_ms;
    if (sequence_ > mask_of(kSequenceBits)) {
        ++last_ms_;
        sequence_ = 0;
    }
    constexpr std::uint32_t kLowOriginBits = 64 - kSequenceBits - kRandomBits;  // the rest stands in two bytes
    const std::uint64_t low = origin_ << (64 - kLowOriginBits) | sequence_ << kRandomBits | random();
    Id128 id;
    write_time(last_ms_, id);
    id.bytes[6] = static_cast<std::uint8_t>(origin_ >> (kLowOriginBits + 8));
    id.bytes[7] = static_cast<std::uint8_t>(origin_ >> kLowOriginBits);
    for (std::size_t i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    return id;
}

void write_ulid(const Id128& id, char* out26) {
    // 26 characters hold 130 bits: the first one carries only the top three of the 128.
    std::uint32_t pending = 0;
    std::uint32_t pending_bits = 2;
    for (const std::uint8_t byte : id.bytes) {
        pending = pending << 8 | byte;
        pending_bits += 8;
        while (pending_bits >= 5) {
            pending_bits -= 5;
            *out26++ = kCrockford[(pending >> pending_bits) & 0x1f];
        }
    }
}

std::string to_ulid(const Id128& id) {
    std::string text(kUlidText, '\0');
    write_ulid(id, text.data());
    return text;
}

std::optional<Id128> parse_ulid(std::string_view text) {
    if (text.size() != kUlidText) return std::nullopt;
    Id128 id;
    std::size_t written = 0;
    std::uint32_t pending = 0;
    std::uint32_t pending_bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int value = crockford_value(text[i]);
        if (value < 0 || (i == 0 && value > 7)) return std::nullopt;
        pending = pending << 5 | static_cast<std::uint32_t>(value);
        pending_bits += i == 0 ? 3 : 5;
        if (pending_bits >= 8) {
            pending_bits -= 8;
            id.bytes[written++] = static_cast<std::uint8_t>(pending >> pending_bits);
        }
    }
    return id;
}

std::int64_t ulid_time_ms(const Id128& id) {
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.bytes[i];
    return ms;
}

// By OpenSSL 3.0's older functions: the newer ones allocate for each digest.
KeyDigest digest_key(std::string_view key_text) {
    KeyDigest digest;
    static_assert(sizeof(digest.bytes) == SHA256_DIGEST_LENGTH);
    SHA256_CTX context;
    const bool done = SHA256_Init(&context) == 1 && SHA256_Update(&context, key_text.data(), key_text.size()) == 1 &&
                      SHA256_Final(digest.bytes.data(), &context) == 1;
    if (!done) std::abort();
    return digest;
}

std::string to_hex(const KeyDigest& digest) {
    std::string text;
    text.reserve(2 * digest.bytes.size());
    for (const std::uint8_t byte : digest.bytes) {
        text.push_back(kHex[byte >> 4]);
        text.push_back(kHex[byte & 0xf]);
    }
    return text;
}

std::optional<KeyDigest> parse_key_digest(std::string_view hex) {
    KeyDigest digest;
    if (hex.size() != 2 * digest.bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
        const int high = hex_value(hex[2 * i]);
        const int low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        digest.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return digest;
}

}  // namespace tollgate
