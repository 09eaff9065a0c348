#include "gateway/text/base64.h"

#include <gtest/gtest.h>

#include <utility>

namespace tollgate {
namespace {

// RFC 4648, section 10.
constexpr std::pair<std::string_view, std::string_view> kVectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(Base64, VectorsOfTheRfc) {
    for (const auto& [bytes, text] : kVectors) {
        EXPECT_EQ(base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
        EXPECT_EQ(from_base64(text.substr(0, text.find('='))), bytes);  // without padding
        EXPECT_EQ(base64_url(bytes), text.substr(0, text.find('=')));
        EXPECT_EQ(from_base64_url(base64_url(bytes)), bytes);
    }
}

TEST(Base64, EveryByteComesBack) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
    EXPECT_EQ(base64("\xfb\xef\xff"), "++//");
    EXPECT_EQ(base64_url("\xfb\xef\xff"), "--__");
    EXPECT_EQ(from_base64_url(base64_url(bytes)), bytes);
}

TEST(Base64, WhatIsNoneIsRefused) {
    for (const std::string_view text : {"Z", "Zg=", "Zg===", "Z===", "Zm9v====", "Zm 9v", "Zh==", "-_--", "Zg==Zg=="}) {
        EXPECT_FALSE(from_base64(text)) << text;
    }
    EXPECT_EQ(from_base64_url("-_--"), "\xfb\xff\xbe");
    for (const std::string_view text : {"Z", "Zg==", "Zm8=", "++//", "Zm 9v", "Zh"}) {
        EXPECT_FALSE(from_base64_url(text)) << text;
    }
}

}  // namespace
}  // namespace tollgate
