#include "accounting/accounts/api_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

namespace tollgate {
namespace {

using ::testing::MatchesRegex;

TEST(ApiKey, HasTheDocumentedForm) {
    const NewKey key = generate_key(KeyKind::inference);
    EXPECT_THAT(key.plaintext, MatchesRegex("sk-tg-v1-[0-9A-Za-z]+"));
    EXPECT_EQ(key.plaintext.size(), 9U + 43U + 6U);
    EXPECT_EQ(key.digest, digest_key(key.plaintext));
}

TEST(ApiKey, RootKeysHaveTheirOwnPrefix) {
    const NewKey key = generate_key(KeyKind::root);
    EXPECT_THAT(key.plaintext, MatchesRegex("sk-tg-root-[0-9A-Za-z]+"));
    EXPECT_EQ(key.plaintext.size(), 11U + 43U + 6U);
}

TEST(ApiKey, NoTwoAreTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(generate_key(KeyKind::inference).plaintext).second);
}

// CRC-32 as in zlib and RFC 1952, bit by bit.
std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : text) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

TEST(ApiKey, EndsInTheChecksumOfWhatPrecedes) {
    constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::size_t kChecksum = 6;
    for (const KeyKind kind : {KeyKind::inference, KeyKind::root}) {
        const std::string key = generate_key(kind).plaintext;
        std::uint32_t checksum = 0;
        for (const char c : key.substr(key.size() - kChecksum)) {
            checksum = checksum * 62 + static_cast<std::uint32_t>(kDigits.find(c));
        }
        EXPECT_EQ(checksum, crc32(std::string_view(key).substr(0, key.size() - kChecksum)));
    }
}

TEST(ApiKey, LabelShowsThreeCharactersAtEachEnd) {
    const std::string key = generate_key(KeyKind::inference).plaintext;
    EXPECT_EQ(key_label(KeyKind::inference, key_ends(key)), key.substr(0, 12) + "..." + key.substr(55));
    const std::string root = generate_key(KeyKind::root).plaintext;
    EXPECT_EQ(key_label(KeyKind::root, key_ends(root)), root.substr(0, 14) + "..." + root.substr(57));
    EXPECT_EQ(key_ends("another service's secret"), KeyEnds());
}

}  // namespace
}  // namespace tollgate
