#include "gateway/webauthn/cbor_reader.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace tollgate::webauthn {
namespace {

using namespace std::string_literals;

TEST(CborReader, IntegersOfEverySize) {
    // RFC 8949, appendix A.
    const std::pair<std::string, std::int64_t> vectors[] = {
        {"\x00"s, 0},
        {"\x17"s, 23},
        {"\x18\x18"s, 24},
        {"\x19\x03\xe8"s, 1000},
        {"\x1a\x00\x0f\x42\x40"s, 1'000'000},
        {"\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00"s, 1'000'000'000'000},
        {"\x20"s, -1},
        {"\x38\x63"s, -100},
        {"\x39\x03\xe7"s, -1000},
        {"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"s, std::numeric_limits<std::int64_t>::min()},
    };
    for (const auto& [bytes, number] : vectors) {
        CborReader reader(bytes);
        EXPECT_EQ(reader.integer(), number);
        EXPECT_TRUE(reader.ok());
        EXPECT_TRUE(reader.rest().empty());
    }
    for (const std::string& bytes :
         {"\x1b\xff\xff\xff\xff\xff\xff\xff\xff"s, "\x3b\xff\xff\xff\xff\xff\xff\xff\xff"s}) {
        CborReader reader(bytes);
        reader.integer();
        EXPECT_FALSE(reader.ok());
    }
}

TEST(CborReader, ItemsInTheirOrder) {
    const std::string bytes = "\xa2\x61\x61\x42hi\x01\x82\xf5\xf6!"s;
    CborReader reader(bytes);
    EXPECT_EQ(reader.map(), 2U);
    EXPECT_EQ(reader.text(), "a");
    EXPECT_EQ(reader.bytes(), "hi");
    EXPECT_EQ(reader.integer(), 1);
    reader.skip();
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.rest(), "!");
}

TEST(CborReader, AnotherTypeEndsIt) {
    CborReader reader("\x01\x02"s);
    EXPECT_EQ(reader.text(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.integer(), 0);
}

TEST(CborReader, WhatCtap2ForbidsIsRefused) {
    for (const std::string& bytes : {"\x9f\x01\xff"s, "\xbf\xff"s, "\x5f\x41\x61\xff"s, "\x7f\xff"s, "\xc0\x60"s,
                                     "\xff"s, "\x1c"s, ""s, "\x42\x61"s}) {
        CborReader reader(bytes);
        reader.skip();
        EXPECT_FALSE(reader.ok());
    }
}

// Neither memory nor the stack follows what a few bytes claim.
TEST(CborReader, ClaimsBeyondTheBytesAreRefused) {
    for (const std::string& bytes :
         {"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"s, "\xbb\x7f\xff\xff\xff\xff\xff\xff\xff\x01"s,
          "\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"s, "\x9a\x00\x10\x00\x00\x01"s}) {
        CborReader reader(bytes);
        reader.skip();
        EXPECT_FALSE(reader.ok());
    }
    std::string deep(100'000, '\x81');
    CborReader unfinished(deep);
    unfinished.skip();
    EXPECT_FALSE(unfinished.ok());
    deep += '\x01';
    CborReader finished(deep);
    finished.skip();
    EXPECT_TRUE(finished.ok());
}

}  // namespace
}  // namespace tollgate::webauthn
