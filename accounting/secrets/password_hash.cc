#include "accounting/secrets/password_hash.h"

#include <simdjson.h>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemoryBytes = std::size_t{19} << 20;

bool is_ready() {
    static const bool ready = ::sodium_init() >= 0;
    return ready;
}

std::size_t characters_in(std::string_view text) {
    constexpr unsigned kContinuationMask = 0xc0, kContinuation = 0x80;  // of UTF-8
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & kContinuationMask) != kContinuation; }));
}

}  // namespace

Status check_password(std::string_view field, std::string_view password) {
    const std::string name(field);
    if (password.size() > kMostPasswordBytes) {
        return {StatusCode::invalid, name + ": is longer than " + std::to_string(kMostPasswordBytes) + " bytes"};
    }
    if (!simdjson::validate_utf8(password)) return {StatusCode::invalid, name + ": is no UTF-8"};
    if (characters_in(password) < kLeastPasswordCharacters) {
        return {StatusCode::invalid,
                name + ": must have at least " + std::to_string(kLeastPasswordCharacters) + " characters"};
    }
    return {};
}

Result<std::string> hash_password(std::string_view password) {
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    const bool made = is_ready() && ::crypto_pwhash_argon2id_str(hash.data(), password.data(), password.size(), kPasses,
                                                                 kMemoryBytes) == 0;
    if (!made) return failure(StatusCode::io, "there is no memory to hash a password");
    return std::string(hash.data());
}

bool is_password(std::string_view password, const std::string& hash) {
    return is_ready() && ::crypto_pwhash_argon2id_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

void compare_with_no_password(std::string_view password) {
    static const std::string nobodys = hash_password("nobody has this password").value_or(std::string());
    (void)is_password(password, nobodys);
}

}  // namespace tollgate
