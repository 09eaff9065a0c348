#include "accounting/accounts/typed_code.h"

#include <openssl/rand.h>

#include <array>
#include <cstdlib>

namespace tollgate {
namespace {

constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // without 0, O, 1, I
static_assert(kAlphabet.size() == 32);

}  // namespace

std::string make_typed_code() {
    std::array<unsigned char, kTypedCodeCharacters> bytes;
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();  // no code may be guessable
    std::string code;
    for (const unsigned char byte : bytes) code += kAlphabet[byte % kAlphabet.size()];
    return code;
}

std::optional<KeyDigest> digest_of_code(std::string_view typed) {
    std::string code;
    for (char c : typed) {
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (code.size() == kTypedCodeCharacters || kAlphabet.find(c) == std::string_view::npos) return std::nullopt;
        code += c;
    }
    if (code.size() != kTypedCodeCharacters) return std::nullopt;
    return digest_key(code);
}

}  // namespace tollgate
