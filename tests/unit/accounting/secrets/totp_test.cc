#include "accounting/secrets/totp.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";
constexpr std::int64_t kNever = -1;

// RFC 6238, appendix B, SHA-1: its codes have eight digits, of which an app shows the last six.
TEST(Totp, VectorsOfTheRfc) {
    const std::pair<std::int64_t, std::string_view> vectors[] = {
        {59, "94287082"},
        {1'111'111'109, "07081804"},
        {1'111'111'111, "14050471"},
        {1'234'567'890, "89005924"},
        {2'000'000'000, "69279037"},
        {20'000'000'000, "65353130"},
    };
    for (const auto& [seconds, code] : vectors) {
        EXPECT_EQ(totp_code(kSecret, seconds / 30), code.substr(2)) << seconds;
        EXPECT_EQ(find_totp_step(kSecret, code.substr(2), seconds * 1000, kNever), seconds / 30);
    }
}

TEST(Totp, TheStepsBesideThisOneCount) {
    const std::int64_t step = 50'000'000, now_ms = step * kTotpStepMs + 15'000;
    for (std::int64_t by = -3; by <= 3; ++by) {
        const auto found = find_totp_step(kSecret, totp_code(kSecret, step + by), now_ms, kNever);
        EXPECT_EQ(found.has_value(), by >= -kTotpWindow && by <= kTotpWindow) << by;
        if (found) EXPECT_EQ(*found, step + by);
    }
}

TEST(Totp, AUsedStepAndThoseBeforeItCountNoMore) {
    const std::int64_t step = 50'000'000, now_ms = step * kTotpStepMs;
    EXPECT_FALSE(find_totp_step(kSecret, totp_code(kSecret, step), now_ms, step));
    EXPECT_FALSE(find_totp_step(kSecret, totp_code(kSecret, step - 1), now_ms, step));
    EXPECT_EQ(find_totp_step(kSecret, totp_code(kSecret, step + 1), now_ms, step), step + 1);
}

TEST(Totp, CodesAreReadAsPeopleTypeThem) {
    const std::int64_t now_ms = 59'000;
    EXPECT_TRUE(find_totp_step(kSecret, "287 082", now_ms, kNever));
    EXPECT_TRUE(find_totp_step(kSecret, " 287082 ", now_ms, kNever));
    for (const std::string_view typed : {"", "28708", "2870822", "94287082", "287083", "28708x", "287-082"}) {
        EXPECT_FALSE(find_totp_step(kSecret, typed, now_ms, kNever)) << typed;
    }
}

TEST(Totp, SecretsDiffer) {
    const auto one = make_totp_secret(), other = make_totp_secret();
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->bytes().size(), kTotpSecretBytes);
    EXPECT_NE(one->text(), other->text());
}

// RFC 4648, section 10.
TEST(Base32, VectorsOfTheRfc) {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""},
        {"f", "MY"},
        {"fo", "MZXQ"},
        {"foo", "MZXW6"},
        {"foob", "MZXW6YQ"},
        {"fooba", "MZXW6YTB"},
        {"foobar", "MZXW6YTBOI"},
    };
    for (const auto& [bytes, text] : vectors) EXPECT_EQ(base32(bytes), text);
    EXPECT_EQ(base32("\xff\xff\xff\xff\xff"), "77777777");
}

TEST(OtpauthUrl, NamesCannotLeaveTheirPlace) {
    EXPECT_EQ(otpauth_url("Tollgate at a:b", "ann+x@example.com", kSecret),
              "otpauth://totp/Tollgate%20at%20a%3Ab:ann%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
              "&issuer=Tollgate%20at%20a%3Ab&algorithm=SHA1&digits=6&period=30");
    EXPECT_EQ(otpauth_url("a?secret=x&b", "\xc3\xbc", "f"),
              "otpauth://totp/a%3Fsecret%3Dx%26b:%C3%BC?secret=MY&issuer=a%3Fsecret%3Dx%26b&algorithm=SHA1&digits=6"
              "&period=30");
}

}  // namespace
}  // namespace tollgate
