// The text form of API keys: "sk-tg-v1-" + 43 base62 (256 random bits) + 6 base62 of CRC-32 over what precedes, so that
// a scanner for leaked secrets can tell a key from noise without asking. Root keys: "sk-tg-root-" + the same; personal
// tokens: "sk-tg-user-" + the same.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"

namespace tollgate {

enum class KeyKind : std::uint8_t { inference, management, root, personal, service };
std::string_view to_string(KeyKind kind);
bool parse(std::string_view text, KeyKind& kind);  // false, and `kind` unchanged: it is none of the names

struct NewKey {
    std::string plaintext;  // shown once, stored nowhere
    KeyDigest digest;
};

NewKey generate_key(KeyKind kind);
// In the same form behind another prefix: of what is no key, but is stored as a digest only, too.
std::string generate_secret(std::string_view prefix);

// What is shown of a key: the first and last characters of its random part.
struct KeyEnds {
    static constexpr std::size_t kCharacters = 3;
    std::array<char, kCharacters> first{}, last{};
    auto operator<=>(const KeyEnds&) const = default;
};
KeyEnds key_ends(std::string_view plaintext);              // of a generated key
std::string key_label(KeyKind kind, const KeyEnds& ends);  // "sk-tg-v1-abc...123"

}  // namespace tollgate
