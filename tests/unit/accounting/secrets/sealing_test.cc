#include "accounting/secrets/sealing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "accounting/secrets/master_key.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kKeyText = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

LockedBytes key() {
    auto made = make_sealing_key();
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
}

SealingKey of(const LockedBytes& key) { return SealingKey(key.bytes()); }

// What the kernel says of the pages that hold `address`.
std::string flags_of(const void* address) {
    std::ifstream maps("/proc/self/smaps");
    std::string line;
    bool inside = false;
    while (std::getline(maps, line)) {
        std::uintptr_t begin = 0, end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2) {
            const auto place = reinterpret_cast<std::uintptr_t>(address);
            inside = begin <= place && place < end;
        }
        if (inside && line.starts_with("VmFlags:")) return line + " ";
    }
    return {};
}

TEST(Sealing, WhatIsSealedOpensWithItsKeyAtItsPlace) {
    const LockedBytes secret = key();
    for (const std::string& text : {std::string(), std::string("sk-live-1"), std::string(5000, 'x')}) {
        const std::string sealed = seal(of(secret), "here", text);
        const auto opened = unseal(of(secret), "here", sealed);
        ASSERT_TRUE(opened) << opened.error().message();
        EXPECT_EQ(opened->text(), text);
        if (!text.empty()) EXPECT_EQ(sealed.find(text), std::string::npos);
    }
}

TEST(Sealing, AnotherKeyOrPlaceOpensNothing) {
    const LockedBytes secret = key(), other = key();
    const std::string sealed = seal(of(secret), "here", "sk-live-1");
    EXPECT_EQ(unseal(of(other), "here", sealed).error().code(), StatusCode::corrupt);
    EXPECT_EQ(unseal(of(secret), "there", sealed).error().code(), StatusCode::corrupt);
}

TEST(Sealing, EachAlteredBitAndEachMissingByteIsNoticed) {
    const LockedBytes secret = key();
    const std::string sealed = seal(of(secret), "here", "sk-live-1");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string altered = sealed;
        altered[i] = static_cast<char>(altered[i] ^ (1 << (i % 8)));
        EXPECT_FALSE(unseal(of(secret), "here", altered)) << i;
        EXPECT_FALSE(unseal(of(secret), "here", sealed.substr(0, i))) << i;
    }
}

TEST(Sealing, TheSameTextIsNeverSealedTheSameWay) {
    const LockedBytes secret = key();
    std::set<std::string> all;
    for (int i = 0; i < 100; ++i) all.insert(seal(of(secret), "here", "sk-live-1"));
    EXPECT_EQ(all.size(), 100U);
}

TEST(Sealing, HexadecimalTextIsReadBack) {
    const std::string bytes("\x00\x7f\xff\x10", 4);
    EXPECT_EQ(to_hex_text(bytes), "007fff10");
    EXPECT_EQ(parse_hex_text("007fff10"), bytes);
    EXPECT_EQ(parse_hex_text("0"), std::nullopt);
    EXPECT_EQ(parse_hex_text("0G"), std::nullopt);
    EXPECT_EQ(parse_hex_text("AB"), std::nullopt);
}

// Sanitizers replace mlock() by a function that does nothing.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kLocks = false;
#else
constexpr bool kLocks = true;
#endif

TEST(LockedBytes, AreLockedAndInNoCoreDump) {
    const LockedBytes secret = key();
    const std::string flags = flags_of(secret.bytes().data());
    if (kLocks) EXPECT_THAT(flags, HasSubstr(" lo "));
    EXPECT_THAT(flags, HasSubstr(" dd "));  // don't dump
}

TEST(LockedBytes, MoveWithTheirContent) {
    LockedBytes first = key();
    const std::string text(first.text());
    LockedBytes second(std::move(first));
    EXPECT_EQ(second.text(), text);
    first = std::move(second);
    EXPECT_EQ(first.text(), text);
}

TEST(LockedBytes, ThatAreSmallSharePages) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t bytes = page / 16 - 7;
    constexpr std::size_t kSecrets = 160;
    std::vector<LockedBytes> secrets;
    std::set<std::uintptr_t> pages;
    for (std::size_t i = 0; i < kSecrets; ++i) {
        secrets.push_back(*LockedBytes::make(bytes));
        std::ranges::fill(secrets.back().bytes(), static_cast<std::uint8_t>(i));
        pages.insert(reinterpret_cast<std::uintptr_t>(secrets.back().bytes().data()) / page);
    }
    EXPECT_LE(pages.size(), kSecrets / 16 + 1);
    for (std::size_t i = 0; i < kSecrets; ++i) {
        EXPECT_TRUE(std::ranges::all_of(secrets[i].bytes(), [i](std::uint8_t byte) { return byte == i; })) << i;
    }
}

TEST(LockedBytes, AreZerosWhereASecretWas) {
    const LockedBytes neighbour = *LockedBytes::make(100);  // keeps the page
    const std::uint8_t* at = nullptr;
    {
        LockedBytes secret = *LockedBytes::make(100);
        std::ranges::fill(secret.bytes(), std::uint8_t{7});
        at = secret.bytes().data();
    }
    const LockedBytes next = *LockedBytes::make(100);
    EXPECT_EQ(next.bytes().data(), at);
    EXPECT_TRUE(std::ranges::all_of(next.bytes(), [](std::uint8_t byte) { return byte == 0; }));
}

class MasterKeyTest : public ::testing::Test {
  protected:
    std::string write(const std::string& text, mode_t mode = 0600) {
        const std::string path = directory_.path() / "master.key";
        std::ofstream(path, std::ios::trunc) << text;
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    TemporaryDirectory directory_;
};

TEST_F(MasterKeyTest, IsReadFromAFile) {
    const auto loaded = MasterKey::load(write(std::string(kKeyText) + "\n"));
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(loaded->bytes()[1], 1);
    EXPECT_EQ(loaded->bytes()[31], 31);
}

TEST_F(MasterKeyTest, ItsIdTellsKeysApartAndNothingElse) {
    const auto one = MasterKey::parse(kKeyText, "test"), same = MasterKey::parse(kKeyText, "test");
    const auto other = MasterKey::parse(std::string(64, 'a'), "test");
    EXPECT_EQ(one->id(), same->id());
    EXPECT_NE(one->id(), other->id());
    EXPECT_EQ(one->id().size(), 16U);
    EXPECT_EQ(kKeyText.find(one->id()), std::string_view::npos);
}

TEST_F(MasterKeyTest, WhatIsNoKeySaysWhereAndNothingOfItself) {
    for (const std::string& text : {std::string(), std::string(63, 'b'), std::string(63, 'b') + "g",
                                    std::string(65, 'b'), std::string(2000, 'b')}) {
        const std::string path = write(text);
        const auto loaded = MasterKey::load(path);
        ASSERT_FALSE(loaded) << text.size();
        EXPECT_EQ(loaded.error().code(), StatusCode::invalid);
        EXPECT_THAT(loaded.error().message(), HasSubstr(path));
        EXPECT_THAT(loaded.error().message(), Not(HasSubstr("bbb")));
    }
}

TEST_F(MasterKeyTest, AFileThatEverybodyMayReadIsRefused) {
    const auto loaded = MasterKey::load(write(std::string(kKeyText), 0644));
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message(), HasSubstr("everybody may read it"));
    EXPECT_TRUE(MasterKey::load(write(std::string(kKeyText), 0640)));
}

TEST_F(MasterKeyTest, AFileThatIsNotThereIsNamed) {
    const auto loaded = MasterKey::load("/nowhere/master.key");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), StatusCode::not_found);
    EXPECT_THAT(loaded.error().message(), HasSubstr("/nowhere/master.key"));
}

}  // namespace
}  // namespace tollgate
